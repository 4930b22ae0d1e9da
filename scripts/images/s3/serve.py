# Starts moto's server. It decodes the query of a request before it checks the signature, although what was
# signed is encoded; so it is encoded again here.
import sys
from urllib.parse import quote, unquote

from moto.iam.access_control import IAMRequestBase
from moto.server import main

create_request = IAMRequestBase._create_aws_request


def encode(pair):
    name, _, value = pair.partition("=")
    return "=".join(quote(unquote(part), safe="-_.~") for part in (name, value))


def create_encoded_request(self):
    path, _, query = self._path.partition("?")
    if query:
        self._path = path + "?" + "&".join(map(encode, query.split("&")))
    return create_request(self)


IAMRequestBase._create_aws_request = create_encoded_request
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
