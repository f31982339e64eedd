"""The one style sheet, built from the tokens. Controls that QSS cannot draw paint themselves."""

from __future__ import annotations

from studio.ui import tokens
from studio.ui.tokens import Tokens


def stylesheet(t: Tokens) -> str:
    """The style sheet of the tokens."""
    return "".join((_regions(t), _texts(t), _inputs(t), _views(t), _popups(t), _scroll_bars(t)))


def _regions(t: Tokens) -> str:
    return f"""
QDialog, QMainWindow {{ background: {t.window}; }}
Panel {{ background: {t.window}; border: 0; }}
Panel[side="left"] {{ border-right: 1px solid {t.line}; }}
Panel[side="right"] {{ border-left: 1px solid {t.line}; }}
WorkArea, Surface {{ background: {t.surface}; border: 0; }}
Bar {{ border: 0; border-bottom: 1px solid {t.line}; background: transparent; }}
Bar[foot="true"] {{ border-bottom: 0; border-top: 1px solid {t.line}; }}
Section {{ border: 0; border-bottom: 1px solid {t.line}; background: transparent; }}
Section[line="none"] {{ border-bottom: 0; }}
Section[line="top"] {{ border-bottom: 0; border-top: 1px solid {t.line}; }}
Card {{ background: {t.raised}; border: 1px solid {t.edge}; border-radius: {tokens.R3}px; }}
Card[chosen="true"] {{ border: 2px solid {t.accent}; }}
Banner {{ border: 0; border-radius: {tokens.R2}px; background: {t.warning_quiet}; }}
Banner[kind="info"] {{ background: {t.selection}; }}
Banner[kind="bad"] {{ background: {t.bad_quiet}; }}
Banner[kind="good"] {{ background: {t.good_quiet}; }}
TopBar {{ background: {t.window}; border: 0; border-bottom: 1px solid {t.line}; }}
Rail {{ background: {t.window}; border: 0; border-right: 1px solid {t.line}; }}
Strip {{ background: {t.window}; border: 0; border-top: 1px solid {t.line}; }}
QSplitter::handle {{ background: {t.line}; }}
QScrollArea {{ background: transparent; border: 0; }}
"""


def _texts(t: Tokens) -> str:
    tones = {
        "secondary": t.text_secondary,
        "disabled": t.text_disabled,
        "accent": t.accent,
        "good": t.good,
        "warning": t.warning,
        "bad": t.bad,
        "accent-text": t.accent_text,
    }
    return "\n".join(
        f'QLabel[tone="{tone}"] {{ color: {colour}; }}' for tone, colour in tones.items()
    )


def _inputs(t: Tokens) -> str:
    inner = tokens.H_CONTROL - 2
    return f"""
QLineEdit {{
    min-height: {inner}px; max-height: {inner}px; padding: 0 6px; border-radius: {tokens.R2}px;
    border: 1px solid {t.line_strong}; background: {t.raised}; color: {t.text};
    selection-background-color: {t.accent}; selection-color: {t.accent_text};
    placeholder-text-color: {t.text_secondary};
}}
QLineEdit:focus {{
    border: 2px solid {t.accent}; padding: 0 5px;
    min-height: {inner - 2}px; max-height: {inner - 2}px;
}}
QLineEdit[error="true"] {{
    border: 2px solid {t.bad}; padding: 0 5px;
    min-height: {inner - 2}px; max-height: {inner - 2}px;
}}
QLineEdit:disabled {{
    border: 1px solid {t.edge}; background: transparent; color: {t.text_disabled};
}}
SearchField {{ border: 1px solid transparent; background: {t.well}; padding-left: 28px; }}
WorkArea SearchField, Surface SearchField {{ background: {t.raised if t.dark else t.window}; }}
SearchField:focus {{ padding-left: 27px; }}
QPlainTextEdit, QTextEdit, QTextBrowser {{
    border: 1px solid {t.edge}; border-radius: {tokens.R2}px; background: {t.raised};
    color: {t.text}; selection-background-color: {t.accent};
    selection-color: {t.accent_text}; padding: 4px;
}}
QPlainTextEdit:focus, QTextEdit:focus {{ border: 2px solid {t.accent}; padding: 3px; }}
LogView {{ border-radius: {tokens.R3}px; }}
QComboBox {{ combobox-popup: 0; }}
"""


def _views(t: Tokens) -> str:
    return f"""
QListView, QTreeView, QTableView, PictureGrid {{
    background: transparent; border: 0; outline: 0; color: {t.text};
    selection-background-color: {t.selection}; selection-color: {t.text};
    gridline-color: {t.line};
}}
QListView::item, QTreeView::item, QTableView::item {{ border: 0; color: {t.text}; }}
QListView::item {{ height: {tokens.H_ROW}px; padding: 0 8px; border-radius: {tokens.R1}px; }}
QTreeView::item {{ height: {tokens.H_ROW}px; }}
QTableView::item {{ padding: 0 5px; }}  /* Qt adds 3: in line with the heading */
QListView::item:hover, QTreeView::item:hover {{ background: {t.hover}; }}
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {{
    background: {t.selection}; color: {t.text};
}}
QTreeView::branch {{ background: transparent; }}
QTreeView::branch:selected {{ background: {t.selection}; }}
QTreeView::branch:hover:!selected {{ background: {t.hover}; }}
QHeaderView {{ background: transparent; border: 0; }}
QHeaderView::section {{
    background: transparent; color: {t.text_secondary}; border: 0;
    border-bottom: 1px solid {t.line}; padding: 0 8px; height: {tokens.H_TABLE}px;
    font-size: {tokens.points("small")}pt; font-weight: 500;
}}
QTableCornerButton::section {{ background: transparent; border: 0; }}
"""


def _popups(t: Tokens) -> str:
    return f"""
QToolTip {{
    background: {t.raised}; color: {t.text}; border: 1px solid {t.edge}; padding: 1px 4px;
}}
QMenu {{
    background: {t.raised}; border: 1px solid {t.edge}; border-radius: {tokens.R3}px;
    padding: 4px; color: {t.text};
}}
QMenu::item {{
    height: {tokens.H_SMALL}px; padding: 0 16px 0 8px; border-radius: {tokens.R1}px;
    background: transparent;
}}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:selected {{ background: {t.selection}; }}
QMenu::item:disabled {{ color: {t.text_disabled}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QComboBoxPrivateContainer {{ background: transparent; border: 0; }}
QComboBox QAbstractItemView {{
    background: {t.raised}; border: 1px solid {t.edge}; border-radius: {tokens.R3}px;
    padding: 4px; outline: 0;
    selection-background-color: {t.selection}; selection-color: {t.text};
}}
QComboBox QAbstractItemView::item {{
    height: {tokens.H_SMALL}px; padding: 0 8px; border-radius: {tokens.R1}px; color: {t.text};
}}
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {{
    background: {t.selection};
}}
"""


def _scroll_bars(t: Tokens) -> str:
    return f"""
QScrollBar {{ background: transparent; border: 0; margin: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; margin: 3px 4px 3px 0; }}
QScrollBar::handle:horizontal {{ min-width: 32px; margin: 0 3px 4px 3px; }}
QScrollBar::handle:hover {{ background: {t.line_strong}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
"""
