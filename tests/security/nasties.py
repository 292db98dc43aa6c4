"""What people put into addresses: texts that have broken somebody's portal, as they come over the wire.

Each is one value, percent-encoded as a hostile client would send it; some are no proper encoding of anything.
"""

from __future__ import annotations

from urllib.parse import quote

TEXTS = [
    # nothing, white space, control characters
    "", " ", "\t", "\n", "\r\n", "\x00", "a\x00b", "\x00" * 50, "\x01\x02\x03", "\x07", "\x08", "\x0b\x0c", "\x1b[31m", "\x7f",
    "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\u200b", "\u200d" * 100, "\u3000",
    # halves of pairs, directions, combining marks, what isn't a character
    "\ud800", "\udfff", "a\ud83d", "\udc00\ud800", "\u202e", "\u202etxt.exe", "\u2066\u2069", "\ufffe", "\uffff", "\U0010ffff",
    "\ue000", "\ue001", "\ufffd", "e" + "\u0301" * 500, "İ", "ı", "ß", "ﬁ", "ǆ", "Å", "𝔐𝔞𝔩𝔱𝔞", "ｍａｌｔａ", "💩" * 40, "👨‍👩‍👧‍👦",
    "مالطا", "马耳他", "ᚠᛇᚻ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    # numbers that aren't, or are too many
    "0", "-0", "+1", "-1", "00", "1.0", "1e3", "1e999", "-1e999", "nan", "inf", "-Infinity", "0x10", "1_000", "1,5", " 1 ",
    "٣", "२", "１２", "²", "½", "Ⅷ", "9" * 19, "9" * 40, "-" + "9" * 40, "2147483648", "9223372036854775807",
    "9223372036854775808", "-9223372036854775809", "1" * 5000, "1/0",
    # days and moments
    "0000-00-00", "0000", "9999-12-31", "10000-01-01", "2014-02-30", "2014-13", "2014-00", "-0001", "2014-W05", "2014-03-01T00:00:00Z",
    "2014-03-01T25:61:61", "1994~", "1994?", "19XX", "../1994", "2014-03-01/..", "24:00", "٢٠١٤", "2014-3-1", "99999-99-99",
    # true, false, nothing
    "true", "None", "null", "undefined", "[]", "{}", "[object Object]", "NaN", "NULL", "nil",
    # other languages than ours
    "' OR 1=1 --", "'; DROP TABLE partnerships_partner; --", '" OR ""="', "1) UNION SELECT 1,2,3--", "%", "_", "%%%", "\\", "\\\\", "'",
    '"', "`", "''", "*", "**", "a*", '"a', "a AND", "AND OR NOT", "NEAR(", "NEAR(a b, 5)", "title:malta", "-malta", "^malta", "(((", ")))",
    "a:*", "!a", "a & b | !c", "<->", "a <-> b", ":*", "{{7*7}}", "{% debug %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%s%s%s%n", "%(a)s", "{0}",
    "{0.__class__}", "{}{}{}", "<script>alert(1)</script>", "\"><svg onload=alert(1)>", "javascript:alert(1)", "data:text/html,x",
    "<!--", "]]>", "<?xml?>", "&lt;", "&#0;", "&#xD800;", "=1+1", "@SUM(1)", "+1+1", "(?:a+)+$", "(a|a)*", "[", "[[:<:]]", "$(id)", "`id`",
    "|id", "; id", "\r\nSet-Cookie: x=1", "a\r\nLocation: //evil.example", "__proto__", "__class__", "constructor", "$where", "{\"$gt\":\"\"}",
    # places
    "..", "../../../../etc/passwd", "..\\..\\windows", "/etc/passwd", "//evil.example", "/\\evil.example", "http://evil.example/", "file:///etc/passwd",
    "http://[::1]:99999/", "http://[", "https://user:pass@localhost/", "mailto:a@b", "C:\\", "CON", "a/b", "a/../b", ".", "...", "./", "~", "?", "#", "&", ";", ";x=1",
    "a?b=c", "a&b=c", "?q=1&q=2", "=", "a=b", ",", ",,,", ",".join("ab" * 200), "-", "--title", "-id", "id", "pk", "slug__startswith", "title,-title",
    # keys and numbers of records
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "01890a5d", "malta'", "Malta", "malta ", "-malta-", "a" * 51, "a" * 255,
    # cursors: base64 of nothing much
    "W10", "bnVsbA", "eyJhIjoxfQ", "W1siYSJdXQ==", "////", "AAAA", "=" * 8, "W" * 3000,
    # long
    "a" * 200, "a" * 201, "a " * 100, "a " * 8, "x" * 501, "\u00e4" * 700, "(" * 500, "[" * 3000, "a" * 65_536, "%" * 3000, "💩" * 5000,
]  # fmt: skip

RAW = [
    "%", "%%", "%0", "%zz", "%u0041", "%c0%ae%c0%ae%c0%af", "%ff", "%fe%ff", "%e2%82", "%ed%a0%80", "%f5%80%80%80", "%f0%28%8c%28", "%80", "%00%ff",
    "%2500", "%252e%252e%252f", "%2e%2e%2f", "%26%23x27", "+", "++", "%20+%20", "a%",
]  # fmt: skip

VALUES = [quote(text.encode("utf-8", "surrogatepass"), safe="") for text in TEXTS] + RAW
"""Every value as it stands in an address."""

QUERIES = [
    "&".join(f"p{number}=1" for number in range(2000)),
    "&".join(["q=1"] * 2000),
    "&".join(["as_of=2014"] * 50),
    "&" * 2000,
    "=" * 2000,
    "a;b;c",
    "=x",
    "%00=1",
    "%ed%a0%80=%ed%a0%80",
    "%ff=%ff",
    "q[]=1",
    "q[a]=1",
    "q.a=1",
    "a=1;b=2",
    "_method=DELETE",
    "?q=1",
    "q",
    "q&as_of",
    "x" * 8000,
    "".join(f"&{chr(97 + number % 26)}{number}" for number in range(3000)),
    "id__exact=1&password__startswith=a",
    "__debug__=1",
    "_popup=1&_to_field=id",
    "callback=alert(1)",
    "format=api",
]
"""Whole queries."""
