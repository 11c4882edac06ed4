"""Runs against the mock: sdecontract mock -- python3 -m unittest"""

import os
import unittest
import urllib.error

from connections import Connections


@unittest.skipUnless("SDECONTRACT_URL" in os.environ, "run this with: sdecontract mock -- python3 -m unittest")
class TestConnections(unittest.TestCase):
    def setUp(self):
        self.alm = Connections(os.environ["SDECONTRACT_URL"], os.environ["SDECONTRACT_TOKEN_EDITOR"])

    def test_create_read_update_list(self):
        created = self.alm.create(alias="Web shop", connector=1, project=1, params={"alm_project": "SHOP"})
        self.assertEqual(created["frequency"], "manually")
        self.assertEqual(self.alm.get(created["id"]), created)

        self.alm.update(created["id"], alias="Web shop EU", connector=1, project=1, frequency="daily",
                        params={"alm_project": "SHOP"})
        listed = self.alm.list(alias="Web shop EU")
        self.assertEqual([c["frequency"] for c in listed], ["daily"])
        self.assertEqual(self.alm.list(alias="Web shop"), [])

    def test_reader_may_not_create(self):
        reader = Connections(os.environ["SDECONTRACT_URL"], os.environ["SDECONTRACT_TOKEN_READER"])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            reader.create(alias="Web shop", connector=1, project=1, params={})
        with refused.exception as reply:
            self.assertEqual(reply.code, 403)


if __name__ == "__main__":
    unittest.main()
