"""Tokens, palette, style sheet, fonts and icons."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from studio.ui import icons, tokens
from studio.ui.icon_paths import PATHS
from studio.ui.stylesheet import stylesheet
from studio.ui.theme import Theme, theme_of
from studio.ui.tokens import DARK, LIGHT, Tokens
from studio.ui.widgets.text import Text

# Qt's offscreen platform says so whenever a window has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = theme_of()
    made.set_mode("light")
    yield made
    made.set_mode("system")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    a, b = sorted((luminance(one), luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("t", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast_of_text_and_marks(t: Tokens) -> None:
    grounds = [t.window, t.surface, t.raised, t.well, t.hover, t.selection]
    for ground in grounds:
        assert contrast(t.text, ground) >= 4.5
        assert contrast(t.text_secondary, ground) >= 4.5
        assert contrast(t.accent, ground) >= 3.0
        for mark in (t.good, t.warning, t.bad):
            assert contrast(mark, ground) >= 4.5 or ground in (t.well, t.hover, t.selection)
            assert contrast(mark, ground) >= 3.0
    for series in t.series:
        assert contrast(series, t.surface) >= 3.0
    assert contrast(t.accent_text, t.accent) >= 4.5


def test_roles_by_name() -> None:
    assert LIGHT.role("text-secondary") == LIGHT.text_secondary
    assert DARK.role("series-2") == DARK.series[1]
    assert LIGHT.series_colour(6) == LIGHT.series[0]
    with pytest.raises((KeyError, AttributeError)):
        LIGHT.role("no-such-role")


def test_heat_maps_rise_in_brightness() -> None:
    for name in tokens.MAPS:
        table = tokens.colour_map(name)
        assert table.shape == (256, 3)
        assert table.dtype == np.uint8
        assert tuple(table[0]) == tokens.MAPS[name][0]
        assert tuple(table[-1]) == tokens.MAPS[name][-1]
        grey = table.astype(float) @ np.array([0.2126, 0.7152, 0.0722])
        assert (np.diff(grey) > -0.51).all()


def test_mode_changes_palette_and_style_sheet(theme: Theme, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert theme.current is LIGHT
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.current is DARK
    assert app.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    assert DARK.surface in app.styleSheet()
    with pytest.raises(ValueError, match="expected one of"):
        theme.set_mode("pink")


def test_system_mode_follows_the_color_scheme(theme: Theme) -> None:
    theme.set_mode("system")
    hints = QApplication.styleHints()
    dark = hints.colorScheme() == Qt.ColorScheme.Dark
    assert theme.current is (DARK if dark else LIGHT)
    assert theme_of() is theme


def test_style_sheet_has_only_token_colours() -> None:
    for t in (LIGHT, DARK):
        known = {v for v in vars(t).values() if isinstance(v, str)}
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", stylesheet(t))) <= known
    assert stylesheet(LIGHT).count("{") == stylesheet(LIGHT).count("}")


def test_fonts_have_tabular_figures(theme: Theme) -> None:
    for size in ("small", "body", "title", "heading", "display"):
        font = theme.font(size, 600)
        assert font.pointSizeF() == pytest.approx(tokens.points(size))
        assert font.weight() == 600
        assert any(tag.toString() == b"tnum" for tag in font.featureTags())


def test_a_label_takes_its_tone_from_the_tokens(theme: Theme, qtbot: QtBot) -> None:
    label = Text("Loss", tone="warning")
    qtbot.addWidget(label)
    label.show()
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(LIGHT.warning)
    theme.set_mode("dark")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.warning)
    label.set_tone("bad")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.bad)


@pytest.mark.parametrize("name", sorted(PATHS))
def test_every_icon_draws_inside_its_square(name: str, theme: Theme) -> None:
    for ratio in (1.0, 1.5, 2.0):
        pixmap = icons.pixmap(name, "accent", 16, ratio)
        assert pixmap.width() == round(16 * ratio)
        assert pixmap.devicePixelRatio() == ratio
        image = pixmap.toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 120
        ]
        assert inked, f"{name} is empty"
        wanted = QColor(LIGHT.accent)
        assert all(abs(c.red() - wanted.red()) < 16 for c in inked)


def test_an_action_icon_follows_the_theme(theme: Theme, qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    action = QAction("Stop", label)
    icons.follow(action, "stop", "accent")
    before = action.icon().pixmap(16).toImage()
    theme.set_mode("dark")
    assert action.icon().pixmap(16).toImage() != before
