"""The network's own face: name, logo, colour and the links below every public page."""

from services.chassis.face.colours import OURS, Accent, accent_of
from services.chassis.face.face import TEMPLATES, NetworkFace
from services.chassis.face.settings import FaceSettings

__all__ = ["OURS", "TEMPLATES", "Accent", "FaceSettings", "NetworkFace", "accent_of"]
