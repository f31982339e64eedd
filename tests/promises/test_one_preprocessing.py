"""Promise 1: training, prediction and preview see the same picture, to the bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.augment.policy import Policy
from studio.core.events import TrainingEvent
from studio.core.input import FITS, InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.data.cache import cache_pictures
from studio.engine.protocol import augment_messages, messages
from studio.engine.protocol.client import WorkerClient
from studio.models.registry import ARCHITECTURES
from studio.training.recipe import Recipe


def drawn(width: int = 53, height: int = 37) -> np.ndarray:
    """A picture in which every pixel and every colour differs from its neighbours."""
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([x * 255 // width, y * 255 // height, (x * 7 + y * 13) % 256], axis=-1)
    return rgb.astype(np.uint8)


def save_exif(path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(drawn()).save(path, exif=exif, quality=95)


def zoo() -> dict[str, Callable[[Path], None]]:
    """Every kind of file named by the promise, as writers."""
    rgb = Image.fromarray(drawn())
    grey = rgb.convert("L")
    deep = Image.fromarray(drawn()[..., 0].astype(np.uint16) * 257 + 13)
    alpha = rgb.copy()
    alpha.putalpha(Image.fromarray(drawn()[..., 2]))
    writers: dict[str, Callable[[Path], None]] = {
        "rgb.png": rgb.save,
        "rgb.jpg": lambda p: rgb.save(p, quality=90),
        "odd 1x1.png": Image.fromarray(drawn(1, 1)).save,
        "odd 3x200.png": Image.fromarray(drawn(3, 200)).save,
        "odd 201x2.jpg": Image.fromarray(drawn(201, 2)).save,
        "large.jpg": Image.fromarray(drawn(801, 603)).save,
        "grey.png": grey.save,
        "grey.jpg": grey.save,
        "bilevel.png": rgb.convert("1").save,
        "palette.png": rgb.convert("P").save,
        "palette transparent.gif": lambda p: rgb.convert("P").save(p, transparency=3),
        "alpha.png": alpha.save,
        "grey alpha.png": alpha.convert("LA").save,
        "cmyk.jpg": lambda p: rgb.convert("CMYK").save(p, quality=90),
        "cmyk.tif": rgb.convert("CMYK").save,
        "16 bit.png": deep.save,
        "16 bit.tif": deep.save,
        "webp.webp": rgb.save,
        "bmp.bmp": rgb.save,
    }
    for orientation in range(1, 9):
        writers[f"exif {orientation}.jpg"] = lambda p, o=orientation: save_exif(p, o)  # type: ignore[misc]
    return writers


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    for name, write in zoo().items():
        write(folder / name)
    return folder


@pytest.fixture(scope="module")
def previewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSIFIER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        client = WorkerClient("previewer")
        client.start()
    yield client
    client.close()


def preview(client: WorkerClient, paths: list[Path], spec: InputSpec) -> np.ndarray:
    """What the Augment pane shows as the originals: an empty policy in the preview process."""
    client.send(
        augment_messages.PreviewPolicy(
            job=1,
            paths=tuple(map(str, paths)),
            policy=Policy().model_dump(mode="json"),
            input=spec.model_dump(mode="json"),
            seeds=tuple((i,) for i in range(len(paths))),
        )
    )
    while True:
        answer = client.receive(60)
        assert answer is not None and not isinstance(answer, messages.WorkerDied)
        if isinstance(answer, messages.JobFailed):
            pytest.fail(answer.message + answer.details)
        if isinstance(answer, messages.JobFinished):
            result = answer.result
            return np.asarray(result)[:, 0]


def make_run(folder: Path, paths: list[Path], root: Path, spec: InputSpec) -> RunFolder:
    record = RunRecord(
        id=folder.name,
        outputs={"class": ("a", "b")},
        input=spec,
        model=ARCHITECTURES.get("lenet")().model_dump(mode="json"),
        recipe=Recipe(epochs=1, batch_size=8).model_dump(mode="json"),
    )
    names = [p.relative_to(root).as_posix() for p in paths]
    labels = {"class": [i % 2 for i in range(len(paths))]}
    return RunFolder.create(folder, record, SampleList(root, names, labels, [0] * len(paths)))


@pytest.mark.parametrize(("fit", "channels"), [*((fit, 3) for fit in FITS), ("letterbox", 1)])
def test_training_prediction_and_preview_see_the_same_bits(
    fit: str, channels: int, pictures: Path, previewer: WorkerClient, tmp_path: Path
) -> None:
    from studio.insight.predictor import Predictor
    from studio.training.trainer import train

    spec = InputSpec(width=40, height=32, channels=channels, fit=fit)
    paths = sorted(pictures.iterdir())
    run = make_run(tmp_path / "run", paths, pictures, spec)
    problems: list[TrainingEvent] = []
    train(run, problems.append, cache_folder=tmp_path / "cache")

    trained = cache_pictures(run.samples(), spec, tmp_path / "cache")
    assert trained.from_disk, "training saw other pictures than this cache holds"
    fed, ok = trained.read(np.arange(len(paths)))
    assert ok.all(), trained.problems

    predictor = Predictor(RunFolder.open(run.path))
    predicted = np.stack([predictor.load(p) for p in paths])
    shown = preview(previewer, paths, spec)

    for i, path in enumerate(paths):
        assert fed[i].shape == spec.shape, path.name
        np.testing.assert_array_equal(fed[i], predicted[i], err_msg=path.name)
        np.testing.assert_array_equal(fed[i], shown[i], err_msg=path.name)


def test_exif_rotation_is_seen_by_all(pictures: Path) -> None:
    """The eight orientations of one scene are turned upright, not merely decoded alike."""
    from studio.data.pixels import decode

    shapes = {o: decode(pictures / f"exif {o}.jpg").shape[:2] for o in range(1, 9)}
    assert all(shapes[o] == (37, 53) for o in (1, 2, 3, 4))
    assert all(shapes[o] == (53, 37) for o in (5, 6, 7, 8))
