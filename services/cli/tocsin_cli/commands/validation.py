from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tocsin.errors import InvalidDocumentError


D = TypeVar("D", bound=BaseModel)


def valid(model: type[D], fields: Mapping[str, Any]) -> D:
    """Return the document.

    Raises:
        InvalidDocumentError: a field is wrong; the message repeats nothing that was given.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{step}" for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidDocumentError(pointer, message[:1].lower() + message[1:]) from None
