"""Forms drawn from specs."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.core.spec import Interval, Spec, parameter
from studio.ui.forms import SpecForm, value_words
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import Field, SpinField
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import RangeSlider, Slider
from studio.ui.widgets.toggle import Toggle

# Qt's offscreen platform says so whenever a window has a minimum size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Knobs(Spec):
    """One field of each kind."""

    kind: Literal["knobs"] = "knobs"
    epochs: int = parameter(40, title="Epochs", minimum=1, maximum=500)
    batch: int = parameter(
        32, title="Batch", unit="pictures", minimum=1, maximum=512, log=True, help="Batch size."
    )
    rate: float = parameter(0.001, title="Learning rate", minimum=1e-7, maximum=1.0, log=True)
    mirror: bool = parameter(True, title="Mirror")
    angle: Interval = parameter(
        (-25.0, 25.0), title="Angle", unit="°", minimum=-45, maximum=45, step=1, safe=(-38, 38)
    )
    fit: str = parameter("crop", title="Fit", choices={"crop": "Crop", "pad": "Letterbox"})
    optimiser: str = parameter(
        "adamw",
        title="Optimiser",
        choices={"adamw": "AdamW", "sgd": "SGD", "rms": "RMSprop", "lion": "Lion"},
        advanced=True,
    )
    notes: str = parameter("", title="Notes", advanced=True)


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    made = SpecForm(Knobs)
    qtbot.addWidget(made)
    made.show()
    return made


def knobs(form: SpecForm) -> Knobs:
    spec = form.spec()
    assert isinstance(spec, Knobs)
    return spec


def test_each_kind_has_its_control(form: SpecForm, qtbot: QtBot) -> None:
    kinds = {
        "epochs": SpinField,
        "batch": SpinField,
        "rate": SpinField,
        "mirror": Toggle,
        "angle": RangeSlider,
        "fit": Combo,
        "optimiser": Combo,
        "notes": Field,
    }
    assert form.names() == list(kinds)
    for name, kind in kinds.items():
        assert isinstance(form.field(name), kind)
        assert form.field(name).accessibleName()
    assert "Batch size." in form.field("batch").toolTip()
    sliders = SpecForm(Knobs, slider=True)
    qtbot.addWidget(sliders)
    assert isinstance(sliders.field("batch"), Slider)
    segments = sliders.field("fit")
    assert isinstance(segments, SegmentedControl)
    segments.button("pad").click()
    assert knobs(sliders).fit == "pad"


def test_typing_gives_a_new_frozen_spec(form: SpecForm, qtbot: QtBot) -> None:
    field = form.field("batch")
    assert isinstance(field, SpinField)
    field.selectAll()
    with qtbot.waitSignal(form.changed) as caught:
        QTest.keyClicks(field, "64")
    assert caught.args is not None
    assert knobs(form).batch == 64
    assert isinstance(caught.args[0], Knobs)
    assert knobs(form).epochs == 40


def test_what_is_not_allowed_stands_under_the_field(form: SpecForm, qtbot: QtBot) -> None:
    field = form.field("batch")
    assert isinstance(field, SpinField)
    field.selectAll()
    with qtbot.waitSignal(form.error_changed):
        QTest.keyClicks(field, "0")
    assert form.error_of("batch") == "From 1 to 512 pictures"
    assert form.has_error()
    assert field.property("error") is True
    assert knobs(form).batch == 32
    field.selectAll()
    QTest.keyClicks(field, "16")
    assert not form.has_error()
    assert knobs(form).batch == 16


@pytest.mark.parametrize("text", ["", "three", "1.5", "1e9", "nan", "inf", "--2"])
def test_nonsense_never_reaches_the_spec(form: SpecForm, text: str) -> None:
    field = form.field("epochs")
    assert isinstance(field, SpinField)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    assert knobs(form).epochs in (40, 1)  # "1" of "1.5" is allowed while typing
    assert form.has_error()


def test_other_controls(form: SpecForm) -> None:
    toggle = form.field("mirror")
    assert isinstance(toggle, Toggle)
    toggle.click()
    assert knobs(form).mirror is False
    combo = form.field("optimiser")
    assert isinstance(combo, Combo)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert knobs(form).optimiser == "sgd"
    slider = form.field("angle")
    assert isinstance(slider, RangeSlider)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert knobs(form).angle == (-25.0, 26.0)
    text = form.field("notes")
    assert isinstance(text, Field)
    QTest.keyClicks(text, "wet leaves")
    assert knobs(form).notes == "wet leaves"


def test_set_spec_is_silent(form: SpecForm, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.set_spec(Knobs(epochs=3, rate=0.1, fit="pad", angle=(-3, 4), notes="x"))
    field = form.field("epochs")
    assert isinstance(field, SpinField)
    assert field.value() == 3
    choice = form.field("fit")
    assert isinstance(choice, Combo)
    assert choice.current() == "pad"


def test_advanced_fields_can_be_apart(qtbot: QtBot) -> None:
    first, second = SpecForm(Knobs, advanced=False), SpecForm(Knobs, advanced=True)
    qtbot.addWidget(first)
    qtbot.addWidget(second)
    assert "optimiser" not in first.names()
    assert second.names() == ["optimiser", "notes"]
    chosen = SpecForm(Knobs, names=["rate", "epochs"])
    qtbot.addWidget(chosen)
    assert chosen.names() == ["rate", "epochs"]


def test_slider_form_shows_values_in_words(qtbot: QtBot) -> None:
    form = SpecForm(Knobs, slider=True)
    qtbot.addWidget(form)
    slider = form.field("batch")
    assert isinstance(slider, Slider)
    slider.setValue(slider.maximum())
    assert knobs(form).batch == 512
    assert slider.accessibleDescription() == "512 pictures"


def test_value_words() -> None:
    from studio.core.spec import parameters

    by_name = {p.name: p for p in parameters(Knobs)}
    assert value_words(by_name["angle"], (-25.0, 25.0)) == "−25° … 25°"
    assert value_words(by_name["batch"], 32) == "32 pictures"
    assert value_words(by_name["mirror"], False) == "off"
    assert value_words(by_name["fit"], "pad") == "Letterbox"
    assert value_words(by_name["rate"], 0.00055) == "0.00055"
