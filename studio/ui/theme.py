"""The appearance of the program: tokens in use, palette, style sheet and fonts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from studio.ui import tokens
from studio.ui.stylesheet import stylesheet
from studio.ui.tokens import DARK, LIGHT, Tokens

MODES = ("system", "light", "dark")
_PROPERTY = "classifierStudioTheme"


class Theme(QObject):
    """The appearance in use. Make one in `app.py`; widgets reach it with `theme_of()`.

    Signals:
        changed: the tokens, palette and style sheet were replaced.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "system", family: str | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._family = family
        self._mode = mode if mode in MODES else "system"
        self._current: Tokens | None = None
        self._fonts: dict[tuple[str, int], QFont] = {}
        app.setProperty(_PROPERTY, self)
        app.setStyle("Fusion")
        app.setFont(self.font("body"))
        app.styleHints().colorSchemeChanged.connect(self._follow)
        app.screenAdded.connect(lambda _screen: self.changed.emit())
        self._ask_system()
        self._follow()

    @property
    def current(self) -> Tokens:
        """The tokens in use."""
        return self._current or LIGHT

    @property
    def mode(self) -> str:
        """What the person chose: "system", "light" or "dark"."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Choose "system", "light" or "dark"."""
        if mode not in MODES:
            raise ValueError(f"Received mode {mode!r}; expected one of {', '.join(MODES)}.")
        if mode != self._mode:
            self._mode = mode
            self._ask_system()
            self._follow()

    def colour(self, role: str) -> QColor:
        """The colour of a role, such as "accent" or "series-2"."""
        return QColor(self.current.role(role))

    def font(self, size: str = "body", weight: int = tokens.REGULAR) -> QFont:
        """The system's font in a text style ("small" … "display"), figures tabular."""
        key = (size, weight)
        if key not in self._fonts:
            self._fonts[key] = self._make_font(size, weight)
        return QFont(self._fonts[key])

    def motion_ms(self) -> int:
        """How long a fold, drawer or toggle may move, in milliseconds; 0 where the system asks."""
        style = self._app.style()
        wanted = style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
        return min(tokens.MOTION_MS, max(0, wanted))

    def _make_font(self, size: str, weight: int) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        if self._family:
            font.setFamilies([self._family])
        font.setPointSizeF(tokens.points(size))
        font.setWeight(QFont.Weight(weight))
        if hasattr(font, "setFeature"):
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def mono(self) -> QFont:
        """The system's fixed-width font in the small size, for logs."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(tokens.points("small"))
        return font

    def _ask_system(self) -> None:
        """Tell Qt the choice, so that title bars and native dialogs follow it."""
        scheme = {
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
            "system": Qt.ColorScheme.Unknown,
        }[self._mode]
        hints = self._app.styleHints()
        if hasattr(hints, "setColorScheme") and hints.colorScheme() != scheme:
            hints.setColorScheme(scheme)

    def _follow(self) -> None:
        if self._mode == "system":
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._mode == "dark"
        wanted = DARK if dark else LIGHT
        if wanted is self._current:
            return
        self._current = wanted
        self._app.setPalette(palette(wanted))
        self._app.setStyleSheet(stylesheet(wanted))
        self.changed.emit()


def theme_of(widget: QWidget | None = None) -> Theme:
    """The application's theme; one that follows the system is made where none is yet.

    The widget is only there for reading: `theme_of(self)`. Raises RuntimeError without a
    QApplication.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("The theme needs a QApplication.")
    theme = app.property(_PROPERTY)
    return theme if isinstance(theme, Theme) else Theme(app)


def palette(t: Tokens) -> QPalette:
    """The Qt palette of the tokens."""
    role = QPalette.ColorRole
    colours = {
        role.Window: t.window,
        role.WindowText: t.text,
        role.Base: t.raised,
        role.AlternateBase: t.window,
        role.Text: t.text,
        role.PlaceholderText: t.text_secondary,
        role.Button: t.raised,
        role.ButtonText: t.text,
        role.BrightText: t.accent_text,
        role.ToolTipBase: t.raised,
        role.ToolTipText: t.text,
        role.Light: t.hover,
        role.Midlight: t.line,
        role.Mid: t.edge,
        role.Dark: t.line_strong,
        role.Shadow: t.line_strong,
        role.Highlight: t.selection,
        role.HighlightedText: t.text,
        role.Accent: t.accent,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
    }
    made = QPalette()
    for key, value in colours.items():
        made.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(t.text_disabled))
    return made
