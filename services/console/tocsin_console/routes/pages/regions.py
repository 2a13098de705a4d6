"""Regions: to be looked up, and those of one's own, which are added, changed and removed."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from tocsin.documents import RegionDocument, checked_region
from tocsin.errors import InUseError, InvalidDocumentError
from tocsin.regions.entities import OWN
from tocsin_console.routes import regions as shown
from tocsin_console.routes.backends import Backends, Behind
from tocsin_console.routes.forms import Errors, errors_of, identifier, lines
from tocsin_console.routes.own_regions import remove
from tocsin_console.routes.regions import RegionView
from tocsin_console.routes.templates import render


router = APIRouter()

FOUND = 20


class RegionForm(BaseModel):
    """``id`` is empty for a new one; ``names`` has one a line; ``point`` is latitude, longitude."""

    id: str = ""
    names: str = ""
    parent: str = ""
    point: str = ""

    @classmethod
    def of(cls, region: RegionDocument) -> Self:
        degrees = [x for x in (region.latitude, region.longitude) if x is not None]
        point = ", ".join(str(x).removesuffix(".0") for x in degrees)
        return cls(id=region.id, names="\n".join(region.names), parent=region.parent, point=point)

    def document(self, taken: set[str]) -> RegionDocument:
        """Return the region; ``taken`` are the ids that there are.

        Raises:
            ValidationError: a field is wrong.
            InvalidDocumentError: the point is none.
        """
        names = lines(self.names)
        latitude, longitude = self._degrees()
        return RegionDocument.model_validate(
            {
                "id": self.id or identifier(names[0] if names else "", taken, "region"),
                "names": names,
                "parent": self.parent,
                "latitude": latitude,
                "longitude": longitude,
            }
        )

    def _degrees(self) -> tuple[str | None, str | None]:
        if not self.point.strip():
            return None, None
        latitude, comma, longitude = self.point.partition(",")
        if not comma:
            raise InvalidDocumentError(
                "/point", "latitude and longitude with a comma between, as 14.5, -11"
            )
        return latitude.strip(), longitude.strip()


@dataclass(frozen=True, slots=True)
class OwnRegion:
    document: RegionDocument
    view: RegionView


@router.get("/regions")
async def regions(
    request: Request,
    behind: Behind,
    q: Annotated[str, Query(max_length=100)] = "",
    change: Annotated[str, Query(max_length=100)] = "",
    done: str = "",
) -> Response:
    form = RegionForm.of(await behind.regions.get(change)) if change else None
    return await _page(request, behind, q=q, form=form, done=done)


@router.post("/regions")
async def save_region(
    request: Request, behind: Behind, form: Annotated[RegionForm, Form()]
) -> Response:
    taken = {each.id.removeprefix(OWN) for each in (await behind.regions.all()).documents}
    try:
        region = checked_region(form.document(taken), behind.gazetteer)
    except ValidationError as error:
        return await _page(request, behind, form=form, errors=_errors(error))
    except InvalidDocumentError as error:
        field = error.field.split("/")[1]
        return await _page(request, behind, form=form, errors={f"region-{field}": error.problem})
    await behind.regions.put(region)
    return RedirectResponse(f"/regions?done={'changed' if form.id else 'added'}", 303)


@router.post("/regions/{region_id}/delete")
async def delete_region(request: Request, behind: Behind, region_id: str) -> Response:
    try:
        await remove(behind, region_id)
    except InUseError as error:
        return await _page(request, behind, in_use=error)
    return RedirectResponse("/regions?done=deleted", 303)


def _errors(error: ValidationError) -> Errors:
    """Return a message for each field of the form, which has one for both degrees."""
    errors = dict(errors_of(error, "region"))
    for degrees in ("longitude", "latitude"):
        if problem := errors.pop(f"region-{degrees}", ""):
            errors["region-point"] = f"{degrees}: {problem}"
    return errors


async def _page(
    request: Request,
    backends: Backends,
    *,
    q: str = "",
    form: RegionForm | None = None,
    errors: Errors | None = None,
    in_use: InUseError | None = None,
    done: str = "",
) -> Response:
    gazetteer = backends.gazetteer
    own = (await backends.regions.all()).documents
    return render(
        request,
        "regions.html",
        status=409 if in_use else 422 if errors else 200,
        q=q,
        found=shown.search(gazetteer, q.strip(), FOUND) if q.strip() else (),
        own=[
            OwnRegion(each, shown.view(gazetteer, each.id)) for each in own if each.id in gazetteer
        ],
        lost=[each for each in own if each.id not in gazetteer],
        form=form or RegionForm(),
        errors=errors or {},
        in_use=in_use,
        done=done,
    )
