"""Tooltips and accessible names, in one form: name, key, one sentence."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.tokens import points


def tip(name: str, key: str = "", sentence: str = "") -> str:
    """The rich text of a tooltip: the name, its key and one sentence with the exact term."""
    shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) if key else ""
    head = f"<b>{escape(name)}</b>"
    if key:
        head += f"&nbsp;&nbsp;&nbsp;{escape(shown or key)}"
    text = f"<div style='white-space:pre'>{head}</div>"
    if sentence:
        text += f"<div style='font-size:{points('small')}pt'>{escape(sentence)}</div>"
    return f"<html>{text}</html>"


def describe(widget: QWidget, name: str, key: str = "", sentence: str = "") -> None:
    """Give a control its tooltip, its accessible name and its accessible description."""
    widget.setToolTip(tip(name, key, sentence))
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(" ".join(part for part in (sentence, key) if part))
