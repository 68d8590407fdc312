"""Settings of the network's face, the same in every service with public pages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.face.colours import accent_of

LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LARGEST_LOGO = 200_000


def _readable(colour: str) -> str:
    if colour:
        accent_of(colour)
    return colour


def _logo(path: Path | None) -> Path | None:
    if path is None or str(path) == ".":
        return None
    if path.suffix.lower() not in LOGO_TYPES:
        raise ValueError(f"{path}: a logo is one of {', '.join(LOGO_TYPES)}")
    if not path.is_file() or path.stat().st_size > LARGEST_LOGO:
        raise ValueError(f"{path}: must be a file of {LARGEST_LOGO:,} bytes at most")
    return path


class FaceSettings(BaseSettings):
    """What people see of the network on every public page."""

    model_config = SettingsConfigDict(env_prefix="SESAME_", extra="ignore")

    network_name: str = Field(default="Sésame", description="The network's name in mails and on pages")
    network_logo: Annotated[Path | None, AfterValidator(_logo)] = Field(
        default=None, description="Its logo on pages, an SVG, PNG or WebP file; none: Sésame's sign"
    )
    network_accent: Annotated[str, AfterValidator(_readable)] = Field(
        default="", description="Its colour, as #0b5563: links, buttons, mails; contrast is checked at start"
    )
    network_contact: str = Field(
        default="", description="Address for people's questions about the site: mail or https://…"
    )
    network_publisher: str = Field(
        default="", description="Who publishes the site, for its legal notice: name, form, seat"
    )
    network_director: str = Field(default="", description="Director of publication, for the legal notice")
    network_hosting: str = Field(
        default="", description="Who hosts the site, for its legal notice: name, address, telephone"
    )
    network_data_officer: str = Field(
        default="", description="Data protection officer, for the privacy page: mail or https://…"
    )
    accessibility_state: Literal["none", "partial", "full"] = Field(
        default="none", description="What an audit by RGAA 4.1 found; none: not audited or under half"
    )
    figures_url: str = Field(default="", description="Where the key figures are seen; empty: no link to them")
    legal_url: str = Field(default="", description="The network's own legal notice; empty: our page")
    privacy_url: str = Field(default="", description="The network's own privacy page; empty: our page")
    accessibility_url: str = Field(
        default="", description="The network's own accessibility statement; empty: our page"
    )

    @property
    def logo_source(self) -> str:
        """For an image's `src`; empty without a logo."""
        if self.network_logo is None:
            return ""
        kind = LOGO_TYPES[self.network_logo.suffix.lower()]
        return f"data:{kind};base64,{base64.b64encode(self.network_logo.read_bytes()).decode()}"
