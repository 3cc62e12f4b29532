"""An alarm posted to a webhook. Imported when there is one to tell: the modules of the network take their time."""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request

from edi_router.engine.alarm_secrets import secret
from edi_router.partners.alarms import WebhookChannel


def post(body: bytes, settings: WebhookChannel) -> None:
    """Post an alarm as JSON, signed where there is a secret. OSError when it is not taken."""
    request = urllib.request.Request(settings.url, body, {"Content-Type": "application/json"}, method="POST")
    if settings.secret_env is not None:
        digest = hmac.new(secret(settings.secret_env).encode(), body, hashlib.sha256).hexdigest()
        request.add_header("X-Signature", f"sha256={digest}")
    try:
        # The address is the operator's own, of http or https: the settings take no other.
        with _opener.open(request, timeout=settings.timeout_seconds) as answer:
            answer.read(1000)
    except urllib.error.HTTPError as error:
        raise OSError(f"the webhook answered {error.code} {error.reason}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the alarm to an address that nobody configured."""

    def redirect_request(self, *arguments: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
