"""A client of the connections, with nothing but Python's standard library."""

import json
import urllib.parse
import urllib.request


class Connections:
    """The connections of a kind, "alm" or "analysis"; url is what comes before /api/v2/."""

    def __init__(self, url, token, kind="alm"):
        self._base = f"{url}/api/v2/connections/{kind}/"
        self._token = token

    def list(self, **filters):
        query = "?" + urllib.parse.urlencode(filters) if filters else ""
        return self._call("GET", query)["results"]

    def get(self, id):
        return self._call("GET", f"{id}/")

    def create(self, **fields):
        return self._call("POST", "", fields)

    def update(self, id, **fields):
        return self._call("PUT", f"{id}/", fields)

    def _call(self, method, path, body=None):
        """Raises urllib.error.HTTPError, whose body says what was wrong, unless the status is 2xx."""
        request = urllib.request.Request(self._base + path, method=method)
        request.add_header("Accept", "application/json")
        request.add_header("Authorization", f"Token {self._token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
