"""The folder of the next run, from what the session holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.core.errors import ProjectError, TrainingError
from studio.core.runs import RunFolder, RunRecord, next_run_number

if TYPE_CHECKING:
    from studio.ui.session import Session


def plan_run(session: Session) -> Callable[[], RunFolder]:
    """Take down the current settings for the next run, see :meth:`Session.plan_run`."""
    project, dataset = session.need_project(), session.dataset
    if dataset is None:
        raise ProjectError("There are no pictures to learn from.", "Open a folder in Data.")
    problem, hint = session.nothing_to_learn()
    if problem:
        raise TrainingError(problem, hint)
    session.save()
    number = next_run_number(project.runs_folder)
    record = RunRecord(
        id=f"run-{number:04d}",
        number=number,
        name=f"Run {number}",
        outputs=dataset.outputs,
        multi_label=dataset.multi_label,
        input=session.input,
        model=session.model.model_dump(mode="json"),
        policy=session.policy.model_dump(mode="json"),
        recipe=session.recipe.model_dump(mode="json"),
        split=session.split.model_dump(mode="json"),
        dataset_name=dataset.name,
    )
    folder, assignment = project.runs_folder / record.id, session.assignment

    def write() -> RunFolder:
        from studio.data.stacks import input_of

        # Of labels that a person just changed it is not known yet, and takes its time.
        full = record.changed(
            dataset_fingerprint=dataset.fingerprint(), input=input_of(dataset, record.input)
        )
        return RunFolder.create(folder, full, dataset.samples(assignment))

    return write
