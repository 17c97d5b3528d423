"""How each channel carries hostile words: by its own door, as its own senders would knock."""

import base64
import html
import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bench.hostile.house import House, Mouthful, client, once

type Carry = Callable[[House, Mouthful], bool]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
GIVEN = {200, 201, 204, 302}


def _file(mouth: Mouthful) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    held = SimpleUploadedFile("x.png", PNG, content_type="image/png")
    vars(held)["_name"] = mouth.fit(100, 7) or "x.png"  # as it is told, not as this class would have it
    return held


def _went(answer: Any) -> bool:
    """A page that came back with faults is no acceptance."""
    return answer.status_code in GIVEN - {200}


def by_form(house: House, mouth: Mouthful) -> bool:
    told = {
        "words": mouth.words,
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "category": "air_conditioner",
        "brand": mouth.fit(60, 1),
        "model": mouth.fit(60, 2),
        "district": mouth.fit(60, 3) if mouth.at % 2 else "西湖区",
        "street": mouth.fit(60, 4),
        "door": mouth.fit(200, 5),
        "consent_service": "on",
        "key": once(),
    }
    return _went(client().post("/report/", told | {"files": _file(mouth)})) or _went(
        client().post("/report/", told)
    )


def by_feedback(house: House, mouth: Mouthful) -> bool:
    told = {
        "kind": "complaint" if mouth.at % 2 else "suggestion",
        "topic": "speed",
        "words": mouth.words,
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "number": mouth.fit(40, 1),
        "consent_service": "on",
        "key": once(),
    }
    return _went(client().post("/feedback", told))


def by_ring_back(house: House, mouth: Mouthful) -> bool:
    told = {"phone": mouth.phone, "name": mouth.fit(120), "words": mouth.words[:2000], "when": "soon"}
    answer = client().post("/callback", told | {"consent_service": "on", "key": once()})
    return bool(answer.status_code == 200)


def by_api(house: House, mouth: Mouthful) -> bool:
    body = {
        "words": mouth.words,
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "machine": {
            "category": "refrigerator",
            "brand": mouth.fit(60, 1),
            "model": mouth.fit(60, 2),
            "serial": mouth.fit(60, 3),
        },
        "address": {"city": mouth.fit(60, 4), "district": mouth.fit(60, 5), "door": mouth.fit(200, 6)},
        "error_code": mouth.fit(20, 8),
        "outside_number": mouth.fit(60, 9),
        "attachments": [
            {
                "name": mouth.fit(120, 7) or "x",
                "type": "image/svg+xml",
                "base64": base64.b64encode(b"<svg onload=__xss(2)>").decode(),
            }
        ],
    }
    held = {"Authorization": f"Bearer {house.app}", "Idempotency-Key": once()}
    answer = client().post("/api/v1/reports", body, content_type="application/json", headers=held)
    return _went(answer)


def by_order(house: House, mouth: Mouthful) -> bool:
    body = {
        "number": mouth.fit(50) + once()[:8],
        "kind": "安装",
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "words": mouth.words,
        "machine": {"category": "air_conditioner", "brand": mouth.fit(60, 1), "model": mouth.fit(60, 2)},
        "address": {"city": "杭州市", "district": "西湖区", "door": mouth.fit(200, 5)},
        "invoice": mouth.fit(60, 3),
        "attachments": [
            {"name": mouth.fit(120, 7) or "x", "type": "image/png", "base64": base64.b64encode(PNG).decode()}
        ],
    }
    held = {"Authorization": f"Bearer {house.platform}"}
    answers = [
        client().post("/api/v1/orders", body | proof, content_type="application/json", headers=held)
        for proof in ({"proof": mouth.fit(200, 4)}, {"proof": f"https://x.example/{mouth.fit(100, 4)}"}, {})
    ]
    return any(map(_went, answers)) or any(each.status_code == 200 for each in answers)


def encoded(text: str) -> str:
    """A header's words as mail carries them: line breaks and all."""
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def a_mail(mouth: Mouthful, *, media: str, body: str, sender: str) -> bytes:
    """A mail with hostile words wherever a mail has any."""
    name = quote(mouth.fit(100, 7).encode(), safe="")
    heads = [
        f"From: {encoded(mouth.fit(120))} <{sender}>" if sender else "X-Nobody: here",
        "To: service@bihuan.example",
        f"Message-ID: <{once()}@x.example>",
        f"Subject: {encoded(mouth.fit(200, 3))}",
        f"Reply-To: {encoded(mouth.fit(100, 4))} <r@x.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"',
    ]
    parts = [
        f"--b\r\nContent-Type: {media}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(body.encode()).decode(),
        f"--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename*=utf-8''{name}",
        "\r\n<script>__xss(3)</script>",
        "--b--",
    ]
    return ("\r\n".join(heads) + "\r\n\r\n" + "\r\n".join(parts) + "\r\n").encode()


def _by_mail(mouth: Mouthful, *, media: str, body: str, sender: str) -> bool:
    from bihuan.ground.worktime import clock
    from bihuan.registers.channels.mail.key import key_of
    from bihuan.service.intake.arriving import keep

    raw = a_mail(mouth, media=media, body=body, sender=sender)
    return keep("mail", raw, once=key_of(raw), now=clock.now()).fresh


def by_mail(house: House, mouth: Mouthful) -> bool:
    return _by_mail(mouth, media="text/plain", body=mouth.words, sender=f"m{mouth.at}@x.example")


def by_html_mail(house: House, mouth: Mouthful) -> bool:
    said = html.escape(mouth.words) if mouth.at % 2 else mouth.words
    body = f"<html><body><p>{said}</p><p>机器不制冷</p></body></html>"
    return _by_mail(mouth, media="text/html", body=body, sender=f"h{mouth.at}@x.example")


def by_unread_mail(house: House, mouth: Mouthful) -> bool:
    """Nobody sent it, so that a person must look at it."""
    media = "text/html" if mouth.at % 2 else "text/plain"
    return _by_mail(mouth, media=media, body=mouth.words, sender="")


def by_wechat(house: House, mouth: Mouthful) -> bool:
    from bihuan.registers.channels.wechat.account import callback_account
    from bihuan.registers.channels.wechat.playing import knock_of, message_xml

    account = callback_account()
    assert account is not None
    at, words = (
        int(time.time()),
        "".join(sign for sign in mouth.words if sign >= " " or sign == "\n"),
    )
    told: dict[str, str | int] = {"MsgType": "text", "Content": words[:2000], "MsgId": 10**15 + mouth.at}
    xml = message_xml(told, sender=f"o{mouth.way}{mouth.at}", account=account, at=at)
    query, body = knock_of(xml, account=account, at=at, nonce=once())
    return bool(
        client().post("/in/wechat/", data=body, content_type="text/xml", query_params=query).status_code
        == 200
    )


def _knock_sms(body: bytes) -> bool:
    from bihuan.registers.channels.sms.account import callback_key

    answer = client().post(f"/in/sms/aliyun/{callback_key()}", data=body, content_type="application/json")
    return bool(answer.status_code == 200)


def by_sms(house: House, mouth: Mouthful) -> bool:
    said = {"phone_number": mouth.phone, "content": mouth.words, "sign_name": mouth.fit(60)}
    return _knock_sms(json.dumps([said | {"sequence_id": once()}], ensure_ascii=False).encode())


def by_unread_sms(house: House, mouth: Mouthful) -> bool:
    """No JSON, so that a person must look at it."""
    return _knock_sms(f"{mouth.words}\n{once()}".encode())


def by_chat(house: House, mouth: Mouthful) -> bool:
    visitor = client()
    key = re.search(r'name="key" value="([^"]+)"', visitor.get("/chat").text)
    told = {"words": mouth.words, "name": mouth.fit(120), "phone": mouth.phone, "key": key[1] if key else ""}
    answer = visitor.post("/chat", told)
    if answer.status_code != 302:
        return False
    where = answer["Location"]
    visitor.post(where, {"do": "say", "once": "2", "words": mouth.fit(200, 2), "files": _file(mouth)})
    visitor.post(where, {"do": "say", "once": "3", "words": mouth.fit(200, 3)})
    if mouth.at % 3 == 0:
        visitor.post(where, {"do": "over"})
        visitor.post(where, {"do": "rate", "score": "1", "opinion": mouth.fit(200, 4)})
    return True


def by_hotline(house: House, mouth: Mouthful) -> bool:
    from bihuan.ground.worktime import clock
    from bihuan.service.intake.calls.playing import play

    now, call = clock.now(), f"{mouth.fit(90)}{once()[:6]}"
    hostile = {"language": mouth.fit(10, 1), "agent": mouth.fit(80, 2), "to": mouth.fit(80, 3)}
    number = mouth.fit(40, 4) if mouth.at % 2 else mouth.phone
    play("ringing", call=call, now=now, **(hostile | {"from": number}))
    play("key", call=call, now=now, keys=mouth.fit(20, 5))
    play("queued", call=call, now=now, **hostile)
    play("answered", call=call, now=now, **hostile)
    play("transfer", call=call, now=now, **hostile)
    addresses = [one.at(mouth.way) for one in mouth.payloads] + [mouth.fit(100, 6)]
    for at, url in enumerate(addresses):
        play("recording", call=call, now=now + timedelta(milliseconds=at), url=url)
    play("ended", call=call, now=now, cause=mouth.fit(40, 7))
    return True


def by_social(house: House, mouth: Mouthful) -> bool:
    from bihuan.ground.worktime import clock
    from bihuan.service.social.actions import PostTold, take_post

    told = PostTold(
        platform=mouth.fit(24) or "微博",
        user=mouth.fit(100, 1),
        words=mouth.words if mouth.at % 4 else mouth.words.replace("不制冷", "真好"),
        id=once(),
        url=mouth.payloads[0].at(mouth.way),
    )
    return take_post(told, rules=house.rules, now=clock.now())[1]


def by_store(house: House, mouth: Mouthful) -> bool:
    from bihuan.registers.access.roles import Role

    told = {
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "words": mouth.words,
        "way": "carry_in",
        "category": "refrigerator",
        "brand": mouth.fit(60, 1),
        "model": mouth.fit(60, 2),
        "serial": mouth.fit(60, 3),
        "looks": mouth.fit(200, 4),
        "outside_number": mouth.fit(60, 5),
        "privacy_read": "on",
        "key": once(),
    }
    return _went(client(house.made.people[Role.AGENT]).post("/desk/store", told))


def by_paste(house: House, mouth: Mouthful) -> bool:
    from bihuan.registers.access.roles import Role
    from tests.web.agents.test_paste import fields

    agent = client(house.made.people[Role.AGENT])
    said = " ".join(one.at(mouth.way) for one in mouth.payloads)
    text = f"张伟 {mouth.phone} 杭州市西湖区文新街道湖畔花园3幢 澄川空调不制冷 {said}"
    read = agent.post("/desk/paste", {"do": "read", "text": text})
    held = fields(read)
    changed = {"1-name": mouth.fit(100, 1), "1-door": mouth.fit(100, 2), "1-brand": mouth.fit(50, 3)}
    changed |= {"1-words": f"{held.get('1-words', '')} {said}"}
    agent.post("/desk/paste", held | changed | {"do": "take-1"})
    return bool(read.status_code == 200)


def by_agent(house: House, mouth: Mouthful) -> bool:
    """What a customer says on the phone, typed by whoever listens."""
    from bihuan.registers.access.roles import Role
    from tests.makers import REPORT_FORM

    told = REPORT_FORM | {
        "words": mouth.words,
        "phone": mouth.phone,
        "name": mouth.fit(120),
        "brand": mouth.fit(60, 1),
        "model": mouth.fit(60, 2),
        "serial": mouth.fit(60, 3),
        "door": mouth.fit(120, 4),
        "key": once(),
        "do": "save",
    }
    return _went(client(house.made.people[Role.AGENT]).post("/desk/report", told))


def by_own_page(house: House, mouth: Mouthful) -> bool:
    """What a customer adds on the private page of their case: more words, a chase, a complaint, a wish to cancel."""
    from bihuan.ground.worktime import clock
    from bihuan.service.intake.queries import link_of
    from tests.makers import a_report

    report = a_report(house.made, now=clock.now(), phone=mouth.phone)
    path, own = "/c/" + link_of(report).rpartition("/c/")[2], client()
    added = own.post(f"{path}/add", {"words": mouth.words, "once": once()})
    own.post(f"{path}/chase", {"words": mouth.fit(300, 1)})
    own.post(f"{path}/complain", {"words": mouth.fit(300, 2), "once": once()})
    if mouth.at % 4 == 0:
        own.post(f"{path}/cancel", {"reason": "other", "words": mouth.fit(300, 3)})
    return _went(added)


def by_survey(house: House, mouth: Mouthful) -> bool:
    from bihuan.ground.worktime import clock
    from bihuan.service.satisfaction import asking
    from tests.afterwards import a_done_case, asked

    begun = clock.now() - timedelta(days=2)
    case = a_done_case(house.made, now=begun, done_at=begun + timedelta(hours=2), phone=mouth.phone)
    survey = asked(case, now=begun + timedelta(hours=6))
    marks = {"speed": "1", "effect": "2", "attitude": "1", "overall": "1"}
    answer = client().post(f"/s/{asking.token_of(survey.link_seed)}", marks | {"words": mouth.words[:2000]})
    return answer.status_code in GIVEN


def by_slip(house: House, mouth: Mouthful) -> bool:
    """What a customer writes beside the signature, and what a technician writes on the sheet."""
    from bihuan.ground.worktime import clock
    from bihuan.service.fieldwork import actions
    from bihuan.service.fieldwork.signing import sign
    from tests.service.fieldwork.made import ready, told

    here = ready(house.made, now=clock.now() - timedelta(days=2 + mouth.at % 400), phone=mouth.phone)
    cause, plan = mouth.fit(200, 1), mouth.fit(200, 2)
    actions.diagnose(here.work, reproduced=True, cause=cause, plan=plan, by=here.viewer.actor, now=here.now)
    sign(here.work, told(opinion_words=mouth.words[:500]), doer=here.doer, now=here.now)
    return True


CHANNELS: dict[str, tuple[str, Carry]] = {
    "fm": ("web form", by_form),
    "fb": ("feedback", by_feedback),
    "rb": ("ring me back", by_ring_back),
    "ap": ("API", by_api),
    "or": ("platform order", by_order),
    "ma": ("mail", by_mail),
    "mh": ("HTML mail", by_html_mail),
    "mq": ("unread mail", by_unread_mail),
    "wx": ("WeChat", by_wechat),
    "sm": ("SMS reply", by_sms),
    "sq": ("unread SMS", by_unread_sms),
    "ch": ("chat", by_chat),
    "ht": ("hotline", by_hotline),
    "so": ("social media", by_social),
    "st": ("store desk", by_store),
    "pa": ("paste", by_paste),
    "ag": ("agent's form", by_agent),
    "op": ("own page", by_own_page),
    "su": ("survey", by_survey),
    "sl": ("service sheet", by_slip),
}
ROOM = {"sl": 5}  # ways by which fewer payloads fit into one message
