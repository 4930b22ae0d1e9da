"""Counts the words of whatever is posted to it."""

import json
import os
import signal
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Words</title>
<style>body { font: 1.1rem/1.6 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>How often is each word used?</h1>
<textarea id="text" rows="6" cols="60">the quick brown fox jumps over the lazy dog</textarea>
<pre id="words"></pre>
<script>
const text = document.getElementById('text');
const count = async () => {
	const answer = await fetch('/words', {method: 'POST', body: text.value});
	document.getElementById('words').textContent = JSON.stringify(await answer.json(), null, 2);
};
text.addEventListener('input', count);
count();
</script>
"""


class Words(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/":
            self.answer(200, "text/html", PAGE)
        elif self.path == "/healthz":
            self.answer(200, "text/plain", "ok\n")
        else:
            self.answer(404, "text/plain", "not found\n")

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        words = self.rfile.read(length).decode(errors="replace").lower().split()
        self.answer(200, "application/json", json.dumps(dict(Counter(words).most_common())))

    def answer(self, status, kind, body):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "3000"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(f"listening on port {port}, Python {sys.version.split()[0]}")
    ThreadingHTTPServer(("", port), Words).serve_forever()
