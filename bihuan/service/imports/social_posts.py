"""Lists of posts from social networks, as a monitoring house hands them out: each post once, judged by the rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports import reading
from bihuan.service.imports.target import (
    Choice,
    Field,
    Finding,
    Kept,
    Line,
    Made,
    State,
    Trouble,
    Written,
)
from bihuan.service.intake.arriving import known_before
from bihuan.service.social.actions import CHANNEL, PostTold, rules_in_force, take_post
from bihuan.service.social.models import Post
from bihuan.service.social.rules import judge

POSTS = "social_posts"
FIELDS = (
    Field(
        code="platform",
        zh="平台",
        en="Network",
        reads=reading.text(24),
        also=("来源平台", "媒体", "渠道", "网站", "来源"),
        example="微博",
    ),
    Field(
        code="user",
        zh="用户",
        en="User",
        reads=reading.text(100),
        required=True,
        also=("用户名", "昵称", "作者", "博主", "发布者", "账号", "用户昵称"),
        example="西湖边的猫",
    ),
    Field(
        code="words",
        zh="内容",
        en="Words",
        reads=reading.words(18_000),
        required=True,
        also=("正文", "原文", "帖子", "帖子内容", "微博内容", "评论内容", "文章内容", "摘要", "标题"),
        example="新买的空调三天就不制冷，客服电话打不通",
    ),
    Field(
        code="id",
        zh="帖子编号",
        en="Number of the post",
        reads=reading.code(120),
        also=("帖子ID", "微博ID", "文章ID", "编号", "ID", "评论ID"),
        example="5012345678901234",
        note=_("By it the same post is known again; without it, by what it says."),
    ),
    Field(
        code="url",
        zh="链接",
        en="Address",
        reads=reading.text(500),
        also=("网址", "原文链接", "URL", "帖子链接", "地址"),
        example="https://weibo.example/5012345678901234",
    ),
    Field(
        code="posted_at",
        zh="发布时间",
        en="Posted at",
        reads=reading.moment,
        also=("发帖时间", "时间", "发表时间", "采集时间"),
        example="2026-11-20 09:30",
    ),
)


class SocialPosts:
    """Posts of social networks. What is about us becomes a report; the others are kept with the rule that said so."""

    code = POSTS
    title: Promise | str = _("Posts of social networks")
    about: Promise | str = _("Judged by the keyword rules; the same post is known again and counts once.")
    icon = "message"
    fields: tuple[Field, ...] = FIELDS
    order: tuple[str, ...] = ()
    at_once = 50  # rows of one transaction: each is a whole message, and others want to write too
    words: Mapping[str, Promise | str] = {
        "about_us": _("About us by the rule “%(rule)s”: it becomes a report for a person to take up."),
        "not_about_us": _("Not about us by the rule “%(rule)s”."),
        "no_rule": _("No rule fits, so it is not about us."),
        "stays": _("What came in stays."),
    }

    def count(self, viewer: Viewer) -> int:
        return Post.objects.count()

    def key(self, values: Mapping[str, Any]) -> str:
        return _told(values).once

    def look(self, lines: Sequence[Line], *, viewer: Viewer, now: datetime) -> list[Finding]:
        rules = rules_in_force()
        tolds = [_told(line.values) for line in lines]
        here = known_before(CHANNEL, [told.once for told in tolds])
        found = []
        for line, told in zip(lines, tolds, strict=True):
            again = told.once in here or line.repeats is not None
            state = State.SAME if again else State.NEW
            found.append(Finding(number=line.number, state=state, troubles=_said(told, rules)))
        return found

    def write(
        self,
        lines: Sequence[Line],
        choices: Mapping[int, Choice],
        *,
        run_id: int,
        viewer: Viewer,
        now: datetime,
    ) -> list[Written]:
        rules, written = rules_in_force(), []
        for line in lines:
            told = _told(line.values)
            post, fresh = take_post(told, rules=rules, now=now)
            made = (Made(kind="post", id=post.id, new=True),) if fresh else ()
            state = State.NEW if fresh else State.SAME
            written.append(Written(number=line.number, state=state, made=made, troubles=_said(told, rules)))
        return written

    def undo(self, written: Sequence[Written], *, viewer: Viewer, now: datetime) -> list[Kept]:
        """Nothing that came in is taken away again."""
        return [
            Kept(number=line.number, kind=made.kind, id=made.id, trouble=Trouble(code="stays"))
            for line in written
            for made in line.made
        ]


def _told(values: Mapping[str, Any]) -> PostTold:
    return PostTold(
        platform=values.get("platform", ""),
        user=values["user"],
        words=values["words"],
        id=values.get("id", ""),
        url=values.get("url", ""),
        posted_at=values.get("posted_at"),
    )


def _said(told: PostTold, rules: Any) -> tuple[Trouble, ...]:
    verdict = judge(told.words, rules)
    if verdict.rule is None:
        return (Trouble(code="no_rule"),)
    code = "about_us" if verdict.about_us else "not_about_us"
    return (Trouble(code=code, params={"rule": verdict.rule.name}),)


SOCIAL_POSTS = SocialPosts()
