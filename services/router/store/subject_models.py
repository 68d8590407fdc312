"""One copy's subject model, renewed when somebody has learned a newer one."""

from __future__ import annotations

from pydantic import TypeAdapter

from services.chassis.postgres.database import Db
from services.router.domain.subjects import SubjectModel
from services.router.store import subjects as store

_MODEL = TypeAdapter(SubjectModel)


class SubjectModels:
    def __init__(self) -> None:
        self._version: int | None = None
        self._model: SubjectModel | None = None

    async def newest(self, db: Db) -> SubjectModel | None:
        """None until the network has learned."""
        return await self.at(db, await store.newest(db))

    async def at(self, db: Db, version: int | None) -> SubjectModel | None:
        """Ask with the newest version, just read."""
        if version is not None and version != self._version:
            self._model = read(await store.model(db, version))
            self._version = version
        return self._model


def read(text: str | bytes) -> SubjectModel:
    return _MODEL.validate_json(text)


def written(model: SubjectModel) -> str:
    return _MODEL.dump_json(model).decode()
