"""Partners: how each is, what was agreed, never a secret; paused and resumed with a reason; a connection tried."""

import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from edi_router.console.partner_facts import certificates, channel_facts
from edi_router.engine.probe import probe
from edi_router.partners.channels import SftpSettings
from edi_router.partners.security import Security
from tests.support.keys import DAY, pair
from tests.support.pages import Browser
from tests.support.workspaces import Place

Browse = Callable[..., Browser]


def test_every_partner_is_listed(browse: Browse, day: Place) -> None:
    here = browse("operator", "zh")
    here.go("/partners")
    known = day.engine.configuration.directory.partners
    assert set(here.links("/partners/")) == {f"/partners/{id}" for id in known}
    assert known["CUS-QD"].name.zh in here.text
    here.go("/partners/NOBODY", 404)


@pytest.mark.parametrize("id", ["ENT-A", "CUS-QD", "CIQ-YC"])
def test_what_was_agreed_with_a_partner_is_told(browse: Browse, day: Place, id: str) -> None:
    here = browse()
    here.go(f"/partners/{id}")
    known = day.engine.configuration.directory.partners[id]
    assert known.agreements
    for agreement in known.agreements:
        assert agreement.id in here.text
        for each in agreement.deliver:
            assert (each.to.partner or each.to.code or each.to.id or "nowhere") in here.text
        for register in agreement.registers:
            assert f"entry: {register}" in here.text
    for batch in known.batches:
        assert batch.id in here.text
    for name, grant in known.leniencies.items():
        assert name in here.text
        assert str(grant.until) in here.text
    for expected in known.expects:
        assert expected.of in here.text


def test_who_may_look_and_who_may_pause(browse: Browse) -> None:
    for name, seen in (("integrator", 200), ("auditor", 200), ("bureau", 403), ("enterprise", 403)):
        here = browse(name)
        here.go("/partners", seen)
        here.go("/partners/ENT-A", seen)
        assert not [form for form in here.page.forms if "/pause" in (form.action or "")]
        assert here.client.post("/partners/ENT-A/pause", data={"reason": "x"}).status_code == 403


def test_the_work_of_a_partner_and_its_numbers_are_told(browse: Browse, day: Place) -> None:
    here = browse()
    here.go("/partners/ENT-A")
    assert "/queues?queue=held&partner=ENT-A" in here.links("/queues")
    number = day.ledger.last_control_number("ENT-A")
    assert number is not None
    assert f"last one that we gave{number}" in here.text


def test_pause_and_resume_are_decisions_with_a_reason(own: tuple[Place, Browse]) -> None:
    place, browse = own
    here = browse()
    here.go("/partners/CIQ-QD")
    here.press("Pause", 422, reason="  ")
    assert place.ledger.paused_partners() == {}
    form = here.go("/partners/CIQ-QD")
    here.press("Pause", reason="their disk is full")
    here.page = form  # the button "back", and the form sent again
    here.press("Pause", reason="their disk is full")
    assert "Paused: their disk is full" in here.text
    here.go("/partners")
    assert "their disk is full" in here.text
    here.go("/partners/CIQ-QD")
    here.press("Resume", reason="emptied")
    assert place.ledger.paused_partners() == {}
    told = [(each.verb, each.reason) for each in place.ledger.decisions(kind="partner")]
    assert told == [("resume", "emptied"), ("pause", "their disk is full")]


def test_a_connection_is_tried_by_a_button(own: tuple[Place, Browse]) -> None:
    place, browse = own
    place.drop("ENT-A", "waits.xml", b"<a/>")
    here = browse("operator", "zh")
    here.go("/partners/ENT-A")
    here.press("测试连接")
    assert "通道畅通：folder，发件箱有 1 个文件等待" in here.text
    assert place.outbox("ENT-A") == ["waits.xml"], "a try takes nothing"
    shutil.rmtree(place.root / "exchange" / "ENT-A" / "out")
    here.press("测试连接")
    assert here.page.find(".//p[@role='alert']") is not None


def test_a_silent_server_is_not_waited_for(day: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SILENT_PASSWORD", "not asked for")
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection and says nothing
        settings = SftpSettings(
            host="127.0.0.1", port=server.getsockname()[1], user="x", password_env="SILENT_PASSWORD",
            host_key=("SHA256:" + "A" * 43,), timeout_seconds=600,
        )  # fmt: skip
        loaded = day.engine.configuration
        channels = {**loaded.settings.channels, "ENT-A": settings}
        changed = replace(loaded, settings=loaded.settings.model_copy(update={"channels": channels}))
        begun = time.monotonic()
        found = probe(day.workspace, changed, "ENT-A", 0.3)
        assert time.monotonic() - begun < 5
    assert found.state in ("silent", "failed")
    assert found.kind == "sftp"


def test_certificates_tell_when_they_end(day: Place) -> None:
    file = "certificates/ent-a.pem"
    loaded = day.engine.configuration
    kept = tuple(pair("ENT-A", until=days).certificate for days in (365, 10, -1))
    changed = replace(loaded, certificates={file: kept})
    partner = loaded.directory.partners["ENT-A"].model_copy(
        update={"security": Security(certificates=(file,))}
    )
    told = list(certificates(changed, partner, DAY))
    assert [each.tone for each in told] == ["good", "care", "bad"]
    assert {each.subject for each in told} == {"CN=ENT-A (invented)"}
    assert told[1].until == kept[1].until


class English:
    """As much of a view as words need."""

    language = "en"

    def say(self, en: str, zh: str) -> str:
        return en


def test_of_a_channel_no_secret_is_told() -> None:
    settings = SftpSettings(
        host="sftp.example", user="qd", password_env="QD_PASSWORD", host_key=("SHA256:" + "A" * 43,)
    )
    facts = dict(channel_facts(English(), settings))  # type: ignore[arg-type]
    assert facts["server"] == "sftp.example:22"
    assert facts["logs in by"] == "password"
    assert "QD_PASSWORD" not in str(facts)
