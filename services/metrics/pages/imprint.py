"""Who speaks on a poster or picture."""

from __future__ import annotations

from pydantic import BaseModel

from services.chassis.face import NetworkFace


class Imprint(BaseModel):
    """The network, and where more can be had; what is empty is left out."""

    network: str = "Sésame"
    logo: str = ""
    """A data: address of an image (RFC 2397)."""
    ask_url: str = ""
    figures_url: str = ""

    @classmethod
    def of(cls, face: NetworkFace, figures_url: str) -> Imprint:
        """`figures_url`: where the pages of figures are seen from outside, if that is known."""
        figures = (figures_url or face.figures_url).rstrip("/")
        return cls(
            network=face.name,
            logo=face.logo,
            ask_url=face.ask_url,
            figures_url=f"{figures}/figures" if figures else "",
        )
