"""Weights files: found, loaded, refused; a real backbone recognises real photographs."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from studio.core.errors import WeightsError
from studio.core.input import InputSpec
from studio.core.paths import to_text
from studio.data.pixels import load
from studio.models import backbones, weights
from studio.models.architectures.small_cnn import SmallCnn
from studio.models.heads import open_input
from studio.models.registry import ARCHITECTURES, parse_architecture
from studio.models.weights_file import correct_normalisation, load_into


@pytest.fixture
def keras_home(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = shared_data / "weights" / "keras_home"
    if not home.is_dir():
        pytest.skip(f"the pretrained weights are not here ({home})")
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home / "models"


@pytest.fixture
def model():  # type: ignore[no-untyped-def]
    return SmallCnn(blocks=2, filters=4).build(InputSpec(width=16, height=16), {"a": 2})


def save_layers(model, file: Path) -> None:  # type: ignore[no-untyped-def]
    """Write Keras's older layout."""
    model.save_weights(file.with_suffix(".weights.h5"))
    with h5py.File(file, "w") as h5:
        layers = [la for la in model.layers if la.weights]
        h5.attrs["layer_names"] = [la.name.encode() for la in layers]
        for layer in layers:
            group = h5.create_group(layer.name)
            names = [f"{layer.name}/{i}" for i in range(len(layer.weights))]
            group.attrs["weight_names"] = [n.encode() for n in names]
            ordered = [*layer.trainable_weights, *layer.non_trainable_weights]
            for name, variable in zip(names, ordered, strict=True):
                group[name] = variable.numpy()


# --- finding -------------------------------------------------------------------------------------


def test_manifest_covers_every_backbone() -> None:
    known = {(e.backbone, e.alpha) for e in weights.manifest()}
    for kind, backbone in backbones.BACKBONES.items():
        for alpha in backbone.alphas or (1.0,):
            assert (kind, alpha) in known
    files = [e.file for e in weights.manifest()]
    assert len(set(files)) == len(files)
    for entry in weights.manifest():
        assert entry.address.startswith("https://storage.googleapis.com/")
        assert entry.about_bytes > 500_000 and entry.licence
        kind, _, digest = entry.checksum.partition(":")
        assert (kind, len(digest)) in {("md5", 32), ("sha256", 64), ("", 0)}


def test_the_best_size_is_preferred() -> None:
    assert weights.entry_for("mobilenetv2", 0.35, 96).side == 96  # type: ignore[union-attr]
    assert weights.entry_for("mobilenetv2", 0.35, 100).side == 128  # type: ignore[union-attr]
    assert weights.entry_for("mobilenetv2", 1.4, 96).side == 224  # type: ignore[union-attr]
    assert weights.entry_for("mobilenetv2", 1.0, 512).side == 224  # type: ignore[union-attr]
    assert weights.entry_for("resnet50", 1.0).checksum.startswith("md5:")  # type: ignore[union-attr]
    assert weights.entry_for("nothing") is None


def test_own_folder_comes_before_the_keras_cache(keras_home: Path) -> None:
    status = weights.find_weights("mobilenetv2", 1.0, 224)
    assert status.state == "here" and status.path is not None
    assert status.path.parent == keras_home
    own = weights.weights_folder()
    own.mkdir(parents=True)
    (own / status.path.name).write_bytes(b"x")
    assert weights.find_weights("mobilenetv2", 1.0, 224).path == own / status.path.name


def test_another_size_serves_too(keras_home: Path) -> None:
    status = weights.find_weights("mobilenet", 0.25, 224)
    assert status.state == "here" and status.entry is not None and status.entry.side == 128
    assert weights.find_weights("mobilenet", 0.5, 224).state == "missing"
    assert weights.find_weights("vgg16").state == "missing"


# --- a real one ----------------------------------------------------------------------------------


def test_mobilenetv2_recognises_imagenet_pictures(keras_home: Path, shared_data: Path) -> None:
    """Our preprocessing, Keras's own network with top: at least 85 % of 200 are right."""
    import keras

    side = InputSpec(width=224, height=224)
    picture = open_input(side)
    file = keras_home / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
    network = keras.applications.MobileNetV2(
        input_tensor=backbones.scale(backbones.BACKBONES["mobilenetv2"], picture),
        weights=None, include_top=True,
    )  # fmt: skip
    load_into(network, file)
    files = sorted((shared_data / "imagenet_sample").glob("*.JPEG"))
    assert len(files) == 200
    pixels = np.stack([load(f, side) for f in files])
    answers = network.predict(pixels, batch_size=25, verbose=0)
    # One picture a class in the order of the synsets: the right classes rise along the files.
    best = answers.argmax(1)
    rising = longest_rise(list(best))
    assert rising / len(files) >= 0.85


def longest_rise(values: list[int]) -> int:
    """Length of the longest strictly rising subsequence."""
    import bisect

    tails: list[int] = []
    for value in values:
        place = bisect.bisect_left(tails, value)
        tails[place : place + 1] = [value]
    return len(tails)


def test_pretrained_spec_loads_both_kinds_of_file(keras_home: Path, tmp_path: Path) -> None:
    spec = parse_architecture({"kind": "mobilenetv2", "alpha": 0.35})
    input = InputSpec(width=96, height=96)
    model = spec.build(input, {"a": 3})
    file = keras_home / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
    local = spec.changed(weights=to_text(file)).build(input, {"a": 3})
    name = "block_16_project"
    np.testing.assert_array_equal(
        model.get_layer(name).get_weights()[0], local.get_layer(name).get_weights()[0]
    )
    saved = tmp_path / "mine.weights.h5"
    model.save_weights(saved)
    again = spec.changed(weights=to_text(saved)).build(input, {"other": 5, "b": 2})
    np.testing.assert_array_equal(
        model.get_layer(name).get_weights()[0], again.get_layer(name).get_weights()[0]
    )
    assert not model.get_layer(name).trainable


def test_a_file_with_top_serves_a_body(keras_home: Path) -> None:
    spec = ARCHITECTURES.get("mobilenet")(kind="mobilenet", alpha=0.25)
    body = spec.build_body(InputSpec(width=64, height=64))  # type: ignore[attr-defined]
    with_top, without = (keras_home / f"mobilenet_2_5_128_tf{s}.h5" for s in ("", "_no_top"))
    load_into(body, with_top)
    first = body.get_layer("conv_pw_13").get_weights()[0]
    load_into(body, without)
    np.testing.assert_array_equal(first, body.get_layer("conv_pw_13").get_weights()[0])


def test_weights_of_another_network_are_refused(keras_home: Path) -> None:
    spec = ARCHITECTURES.get("mobilenet")(kind="mobilenet", alpha=0.5)
    body = spec.build_body(InputSpec(width=64, height=64))  # type: ignore[attr-defined]
    with pytest.raises(WeightsError, match=r"another network.*the file"):
        load_into(body, keras_home / "mobilenet_2_5_128_tf_no_top.h5")


def test_efficientnet_normalisation_is_corrected() -> None:
    """The published files state deviations as variances; Keras divides once more by their root."""
    body = backbones.body(
        backbones.BACKBONES["efficientnetb0"], open_input(InputSpec(width=32, height=32))
    )
    layer = next(la for la in body.layers if type(la).__name__ == "Normalization")
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    shapes = [w.shape for w in layer.get_weights()]
    layer.set_weights([mean.reshape(shapes[0]), deviation.reshape(shapes[1]), np.zeros(shapes[2])])
    correct_normalisation(body)
    pixels = np.random.default_rng(3).random((1, 4, 4, 3)).astype(np.float32)
    wanted = (pixels - mean) / np.sqrt(deviation) * (1 / np.sqrt(deviation))
    np.testing.assert_allclose(np.asarray(layer(pixels)), wanted, atol=1e-5)
    correct_normalisation(body)  # doing it twice changes nothing
    np.testing.assert_allclose(np.asarray(layer(pixels)), wanted, atol=1e-5)


# --- files of every bad sort ---------------------------------------------------------------------


def refused(model, file: Path, match: str) -> WeightsError:  # type: ignore[no-untyped-def]
    """The file is refused with a sentence and the model is as it was."""
    before = model.get_weights()
    with pytest.raises(WeightsError, match=match) as caught:
        load_into(model, file)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert caught.value.hint
    return caught.value


def test_good_files_load(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    save_layers(model, tmp_path / "good.h5")
    wanted = model.get_weights()
    for name in ("good.h5", "good.weights.h5"):
        model.set_weights([w + 1 for w in wanted])
        load_into(model, tmp_path / name)
        for a, b in zip(wanted, model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_foreign_files(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    refused(model, tmp_path / "nowhere.h5", "is not there")
    refused(model, tmp_path, "is not there")
    contents = {
        b"": "is empty",
        b"PK\x03\x04 and so on": "archive",
        pickle.dumps([1, 2, 3]): "pickle",
        b"<!DOCTYPE html><html>": "web page",
        b"\x00" * 4000: "no weights file",
    }
    for number, (content, words) in enumerate(contents.items()):
        file = tmp_path / f"{number} bad\n.h5"
        file.write_bytes(content)
        assert "\n" not in str(refused(model, file, words))
    with zipfile.ZipFile(tmp_path / "whole.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    refused(model, tmp_path / "whole.keras", "archive")
    with h5py.File(tmp_path / "table.h5", "w") as h5:
        h5["numbers"] = np.arange(5)
    refused(model, tmp_path / "table.h5", "no Keras weights")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", ["cut.h5", "cut.weights.h5"])
def test_truncated_files(model, tmp_path: Path, share: float, name: str) -> None:  # type: ignore[no-untyped-def]
    save_layers(model, tmp_path / "cut.h5")
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * share)])
    refused(model, tmp_path / name, "damaged|cut short|no weights file")


@pytest.mark.parametrize("name", ["bits.h5", "bits.weights.h5"])
def test_flipped_bytes_never_crash(model, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    save_layers(model, tmp_path / "bits.h5")
    content = (tmp_path / name).read_bytes()
    random = np.random.default_rng(5)
    for _ in range(40):
        broken = bytearray(content)
        for place in random.integers(0, len(broken), 60):
            broken[place] = int(random.integers(0, 256))
        (tmp_path / name).write_bytes(bytes(broken))
        try:
            load_into(model, tmp_path / name)
        except WeightsError as error:
            assert error.message.endswith((".", "!"))


def test_links_out_of_the_file(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    save_layers(model, tmp_path / "good.h5")
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\x00" * 100_000)
    name = next(la.name for la in model.layers if la.weights)
    links = {
        "external.h5": h5py.ExternalLink(str(tmp_path / "good.h5"), f"/{name}/{name}/0"),
        "soft.h5": h5py.SoftLink("/etc/passwd"),
        "dangling.h5": h5py.SoftLink("/no/such"),
    }
    for file, link in links.items():
        (tmp_path / file).write_bytes((tmp_path / "good.h5").read_bytes())
        with h5py.File(tmp_path / file, "a") as h5:
            del h5[name][name]["0"]
            h5[name][name]["0"] = link
        refused(model, tmp_path / file, "links to other places")
    with h5py.File(tmp_path / "outside.h5", "w") as h5:
        h5.attrs["layer_names"] = [b"x"]
        h5.create_dataset("x", (100,), "f4", external=[(str(secret), 0, 400)])
    refused(model, tmp_path / "outside.h5", "values from other files")
    layout = h5py.VirtualLayout((5,), "f4")
    layout[:] = h5py.VirtualSource(str(tmp_path / "table.h5"), "numbers", (5,))
    with h5py.File(tmp_path / "virtual.h5", "w") as h5:
        h5.attrs["layer_names"] = [b"x"]
        h5.create_virtual_dataset("x", layout)
    refused(model, tmp_path / "virtual.h5", "values from other files")


def test_bombs_and_loops(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with h5py.File(tmp_path / "bomb.h5", "w") as h5:
        h5.attrs["layer_names"] = [b"x"]
        h5.create_dataset("x", (10**7, 10**6), "f4", chunks=(1000, 1000), compression="gzip")
    assert (tmp_path / "bomb.h5").stat().st_size < 10_000
    refused(model, tmp_path / "bomb.h5", "far more than this network")
    with h5py.File(tmp_path / "loop.h5", "w") as h5:
        group = h5.create_group("layers")
        group["again"] = group
        h5.attrs["layer_names"] = [b"layers"]
    refused(model, tmp_path / "loop.h5", "another network")
    with h5py.File(tmp_path / "deep.h5", "w") as h5:
        h5.create_group("/".join("a" * 100))
    refused(model, tmp_path / "deep.h5", "nested")


def test_values_that_do_not_fit(model, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    save_layers(model, tmp_path / "good.h5")
    name = next(la.name for la in model.layers if la.weights)

    def changed(file: str, value: object) -> Path:
        (tmp_path / file).write_bytes((tmp_path / "good.h5").read_bytes())
        with h5py.File(tmp_path / file, "a") as h5:
            shape = h5[name][name]["0"].shape
            del h5[name][name]["0"]
            h5[name][name]["0"] = value(shape)  # type: ignore[operator]
        return tmp_path / file

    refused(model, changed("nan.h5", lambda s: np.full(s, np.nan)), "not numbers")
    refused(model, changed("shape.h5", lambda s: np.zeros((7, 7))), "another network")
    refused(model, changed("text.h5", lambda s: np.full(s, b"abc")), "another network")
    refused(model, changed("lie.h5", lambda s: "text"), "another network|damaged")
    other = SmallCnn(blocks=3, filters=8).build(InputSpec(width=16, height=16), {"a": 2})
    other.save_weights(tmp_path / "other.weights.h5")
    refused(model, tmp_path / "other.weights.h5", "does not fit")
    shorter = SmallCnn(blocks=2, filters=4).build(InputSpec(width=16, height=16), {"a": 2})
    deeper = SmallCnn(blocks=3, filters=4).build(InputSpec(width=16, height=16), {"a": 2})
    shorter.save_weights(tmp_path / "shorter.weights.h5")
    refused(deeper, tmp_path / "shorter.weights.h5", "does not fit|lacks some weights")
    (tmp_path / "other.weights.h5").rename(tmp_path / "renamed.h5")
    refused(model, tmp_path / "renamed.h5", "does not end in")
    broken = model.get_weights()
    model.set_weights([np.full_like(w, np.inf) for w in broken])
    model.save_weights(tmp_path / "inf.weights.h5")
    model.set_weights(broken)
    refused(model, tmp_path / "inf.weights.h5", "not numbers")
