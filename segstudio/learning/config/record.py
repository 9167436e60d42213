"""What a training writes down beside its own history."""

from __future__ import annotations

from pydantic import Field

from segstudio.learning.config.fields import Settings, about


class RecordSettings(Settings):
    """Records for other programs."""

    title = "Records"

    tensorboard: bool = Field(
        False,
        description="Writes loss and scores for TensorBoard into the run's folder as well; needs "
        "the extra tensorboard.",
        json_schema_extra=about("For TensorBoard"),
    )
