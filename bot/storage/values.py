"""How moments are kept: whole seconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@overload
def moment(value: int) -> datetime: ...
@overload
def moment(value: int | None) -> datetime | None: ...
def moment(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
