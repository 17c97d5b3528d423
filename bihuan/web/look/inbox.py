"""My notices: everything that I was told, on one page; and the bell that counts what I have not read."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.notices import inbox as notices
from bihuan.service.notices.words import KINDS, NEWS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.listing import page
from bihuan.web.look.shells import shell_for

KEY = ("-made_at", "-id")
SIZE = 30


@never_cache
@require_safe
@staff_page()
def inbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Newest first; `?unread=1` and `?news=` stand in the address."""
    person_id = viewer.person_id or 0
    news = request.GET.get("news", "") if request.GET.get("news", "") in NEWS else ""
    unread = request.GET.get("unread") == "1"
    found = page(
        notices.inbox(person_id, unread=unread, news=news),
        key=KEY,
        after=request.GET.get("after"),
        size=SIZE,
    )
    shown = notices.lines(found.rows, address=settings.BIHUAN_ADDRESS)
    context = {
        "lines": [(line, KINDS.get(line.kind, line.subject)) for line in shown],
        "page": found,
        "sorts": NEWS,
        "news": news,
        "unread": unread,
        "count": notices.unread_count(person_id),
        "shell": shell_for(viewer),
    }
    return render(request, "look/inbox.html", context)


@never_cache
@require_safe
@staff_page()
def unread(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The bell's number, asked for by itself."""
    count = notices.unread_count(viewer.person_id or 0)
    return render(request, "look/parts/unread.html", {"count": count, "most": notices.MOST})


@never_cache
@require_safe
@staff_page()
def open_notice(request: HttpRequest, viewer: Viewer, notice_id: int) -> HttpResponse:
    """One notice is read, and leads to what it is about; without a link back to the list."""
    line = notices.open_line(
        viewer.person_id or 0, notice_id, address=settings.BIHUAN_ADDRESS, now=moment(request)
    )
    safe = url_has_allowed_host_and_scheme(line.link, allowed_hosts=None)
    return redirect(line.link if line.link and safe else "me:inbox")


@require_POST
@staff_page()
def all_read(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everything that stands there is read; with `one`, that one alone."""
    person_id, one = viewer.person_id or 0, request.POST.get("one", "")
    if one.isdecimal() and len(one) < 19:
        notices.open_line(person_id, int(one), address=settings.BIHUAN_ADDRESS, now=moment(request))
        return redirect("me:inbox")
    count = notices.mark_all_read(person_id, now=moment(request))
    if count:
        said = ngettext("%(count)d notice is read now.", "%(count)d notices are read now.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Everything was read already."))
    return redirect("me:inbox")
