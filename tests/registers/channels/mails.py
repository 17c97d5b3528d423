"""Mails as the clients of China and the rest of the world write them, made here part by part. None is anybody's."""

import base64
from email.header import Header

SENDER = b"From: =?gb2312?B?1cXI/bfh?= <zhang@mail.example>\r\n"
TOKEN = "17-0123456789abcdef0123456789abcdef"


def mail(
    body: bytes,
    *,
    subject: str = "空调不制冷",
    alphabet: str = "utf-8",
    packed: str = "8bit",
    media: str = "text/plain",
    said: str = "",
    more: bytes = b"",
    number: str = "one@mail.example",
) -> bytes:
    """One part. `alphabet` is what the body is in, `said` what the mail says that it is in."""
    title = Header(subject, alphabet if alphabet != "latin-1" else "utf-8").encode().encode()
    return (
        SENDER
        + b"To: service@x.example\r\nDate: Mon, 23 Nov 2026 10:00:00 +0800\r\n"
        + (f"Message-ID: <{number}>\r\n".encode() if number else b"")
        + b"Subject: " + title.replace(b"\n", b"\r\n") + b"\r\n"
        + more
        + f'MIME-Version: 1.0\r\nContent-Type: {media}; charset="{said or alphabet}"\r\n'.encode()
        + f"Content-Transfer-Encoding: {packed}\r\n\r\n".encode()
        + body
    )  # fmt: skip


def in_base64(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


QQ = """外机不转，已经两天了。


------------------&nbsp;原始邮件&nbsp;------------------
发件人: "闭环服务" <service@x.example>;
发送时间: 2026年11月22日(星期日) 上午9:30
收件人: "张三丰" <zhang@mail.example>;
主题: 您的报修已登记

我们已经收到您的报修。
"""
FOXMAIL = """外机不转，已经两天了。



zhang@mail.example

发件人： 闭环服务
发送时间： 2026-11-22 09:30
收件人： zhang@mail.example
主题： 您的报修已登记
我们已经收到您的报修。
"""
NETEASE = """外机不转，已经两天了。





在 2026-11-22 09:30:12，"闭环服务" <service@x.example> 写道：

我们已经收到您的报修。
"""
NETEASE_NEW = """外机不转，已经两天了。

---- 回复的原邮件 ----
发件人 闭环服务<service@x.example>
发送日期 2026年11月22日 09:30
收件人 zhang@mail.example
主题 您的报修已登记
我们已经收到您的报修。
"""
OUTLOOK = """外机不转，已经两天了。

________________________________
发件人: 闭环服务 <service@x.example>
发送时间: 2026年11月22日 9:30
收件人: zhang@mail.example <zhang@mail.example>
主题: 您的报修已登记

我们已经收到您的报修。
"""
OUTLOOK_ENGLISH = """外机不转，已经两天了。

From: Bihuan <service@x.example>
Sent: Sunday, 22 November 2026 09:30
To: zhang@mail.example
Subject: Your report

我们已经收到您的报修。
"""
GMAIL = """外机不转，已经两天了。

闭环服务 <service@x.example> 于2026年11月22日周日 09:30写道：

> 我们已经收到您的报修。
>
"""
GMAIL_TAIWAN = """外机不转，已经两天了。

閉環服務 <service@x.example> 於 2026年11月22日 週日 上午9:30寫道：

> 我们已经收到您的报修。
"""
GMAIL_ENGLISH = """外机不转，已经两天了。

On Sun, 22 Nov 2026 at 09:30, Bihuan Service Centre of the Western District
<service@x.example> wrote:

> 我们已经收到您的报修。
"""
APPLE = """外机不转，已经两天了。

> 在 2026年11月22日，上午9:30，闭环服务 <service@x.example> 写道：
>
> 我们已经收到您的报修。
"""
ANSWERS_BETWEEN = """在 2026年11月22日，上午9:30，闭环服务 <service@x.example> 写道：

> 哪一台不转？

外机不转，

> 多久了？

已经两天了。
"""
CLIENTS = {
    "qq": QQ.replace("&nbsp;", " "),
    "foxmail": FOXMAIL,
    "163": NETEASE,
    "163 new": NETEASE_NEW,
    "outlook": OUTLOOK,
    "outlook english": OUTLOOK_ENGLISH,
    "gmail": GMAIL,
    "gmail taiwan": GMAIL_TAIWAN,
    "gmail english": GMAIL_ENGLISH,
    "apple": APPLE,
}
NEW_WORDS = "外机不转，已经两天了。"
QQ_PAGE = (
    '<meta http-equiv="Content-Type" content="text/html; charset=GB18030"><div>外机不转，已经两天了。</div>'
    '<div><includetail><div>&nbsp;</div><div style="font-size: 12px">------------------&nbsp;原始邮件&nbsp;'
    '------------------</div><div><b>发件人:</b>&nbsp;"闭环"&lt;service@x.example&gt;;</div>'
    "<div>我们已经收到您的报修。</div></includetail></div>"
)
NETEASE_PAGE = (
    '<div style="line-height:1.7"><div>外机不转，已经两天了。</div><br><p>在 2026-11-22 09:30:12，"闭环服务" '
    '&lt;service@x.example&gt; 写道：</p><blockquote id="isReplyContent"><div>我们已经收到您的报修。</div>'
    "</blockquote></div>"
)
OUTLOOK_PAGE = (
    "<html><head><style>p{color:red}</style></head><body><!--[if mso]><p>mso</p><![endif]-->"
    '<p>外机不转，已经两天了。</p><div id="divRplyFwdMsg"><b>发件人:</b> 闭环 &lt;service@x.example&gt;<br>'
    "<b>发送时间:</b> 2026年11月22日 9:30<br><b>收件人:</b> zhang<br><b>主题:</b> 您的报修<br></div>"
    "<p>我们已经收到您的报修。</p></body></html>"
)
PAGES = {"qq": QQ_PAGE, "163": NETEASE_PAGE, "outlook": OUTLOOK_PAGE}

PHOTO = b"\xff\xd8\xff\xe0 a photo"


def with_files(name_line: bytes, *, text: str = "照片在附件里。") -> bytes:
    """A mail with one photo, whose name stands as the line says it."""
    parts = mail(b"", media='multipart/mixed; boundary="=_Part 1"')
    return (
        parts
        + b"This is for old readers.\r\n--=_Part 1\r\nContent-Type: text/plain; charset=GBK\r\n\r\n"
        + text.encode("gbk")
        + b"\r\n--=_Part 1\r\nContent-Type: image/jpeg\r\n"
        + name_line
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + in_base64(PHOTO)
        + b"\r\n--=_Part 1--\r\n"
    )
