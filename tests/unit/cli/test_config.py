"""`pontis config`, and the section `client` of a settings file."""
import json
import pathlib
import subprocess
import tempfile

from gateway import Gateway
from program import CONFIGURATION, DONE, NEGATIVE, SOURCE, Program, main

SETTINGS = """\
name: home
database: dbname=home
bus: {{brokers: "h:9092", topic_in: a, topic_out: b, incarnation: x, group: g}}
peer: {{listen: "127.0.0.1:8443"}}
api: {{listen: "127.0.0.1:8444", operators: {folder}/operators}}
tls: {{ca: {folder}/ca.pem, certificate: {folder}/home.pem, key: {folder}/home.key}}
signing: {{key: {folder}/home-signing.key, certificate: {folder}/home-signing.pem, peer_certificates: {folder}/away-signing.pem}}
"""

OPERATORS = "0" * 64 + " ann\n" + "1" * 64 + " bob\n"


class Config(Program):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="pontis-config-")
        cls.folder = pathlib.Path(cls.made.name)
        subprocess.run([SOURCE / "deploy/sandbox/ca", cls.folder], check=True, capture_output=True)
        cls.folder.joinpath("operators").write_text(OPERATORS)

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def settings(self, more=""):
        path = self.folder / "pontis.yaml"
        path.write_text(SETTINGS.format(folder=self.folder) + more)
        return path

    # ---- check ----

    def test_what_is_right_is_told_in_one_line(self):
        path = self.settings()
        self.assertEqual(f"{path}: ok\n", self.pontis("config", "check", "--settings", path, status=DONE))
        self.assertEqual({"findings": []}, json.loads(self.pontis("config", "check", "--settings", path, "--json")))

    def test_every_mistake_is_a_line_with_its_place_key_and_what_was_expected(self):
        path = self.settings("workres: 2\nlog: {level: loud}\n")
        lines = self.pontis("config", "check", "--settings", path, status=NEGATIVE).splitlines()
        self.assertEqual([f"{path}:8: workres: unknown key; the nearest known one is workers",
                          f"{path}:9: log.level: info, warning or error is expected, not loud"], lines)

    def test_files_that_settings_name_are_looked_into(self):
        path = self.settings()
        self.folder.joinpath("operators").write_text("somebody\n")
        self.addCleanup(self.folder.joinpath("operators").write_text, OPERATORS)
        found = self.pontis("config", "check", "--settings", path, status=NEGATIVE)
        self.assertIn(f"{path}:5: api.operators: {self.folder}/operators:1: the SHA-256 of an operator's certificate", found)
        found = self.pontis("config", "check", "--settings", path, "--set", f"tls.key={self.folder}/away.key", status=NEGATIVE)
        self.assertIn(f"flag --set tls.key: tls.key: {self.folder}/away.key: not the key of the certificate", found)

    def test_a_key_that_everybody_can_read_is_found(self):
        key = self.folder / "home.key"
        key.chmod(0o644)
        self.addCleanup(key.chmod, 0o600)
        found = json.loads(self.pontis("config", "check", "--settings", self.settings(), "--json", status=NEGATIVE))["findings"]
        self.assertEqual([("error", "tls.key")], [(finding["severity"], finding["key"]) for finding in found])

    def test_a_credential_that_only_the_service_has_is_no_mistake(self):
        path = self.settings()
        told = self.pontis("config", "check", "--settings", path, "--set", "tls.key=credential:tls-key")
        self.assertEqual(f"note: flag --set tls.key: tls.key: only the service itself can look into credential:tls-key\n{path}: ok\n", told)
        found = self.pontis("config", "check", "--settings", path, "--set", "tls.key=credential:home.key", status=DONE,
                            CREDENTIALS_DIRECTORY=str(self.folder))
        self.assertEqual(f"{path}: ok\n", found)

    def test_an_unknown_variable_is_found(self):
        found = self.pontis("config", "check", "--settings", self.settings(), status=NEGATIVE, PONTIS_WORKRES="2")
        self.assertEqual("environment: PONTIS_WORKRES: unknown variable; the nearest known one is PONTIS_WORKERS\n", found)

    # ---- show ----

    def test_every_value_is_shown_with_its_source(self):
        path = self.settings()
        told = self.pontis("config", "show", "--set", "workers=3", "--set", "log.level=error", PONTIS_SETTINGS=str(path),
                           PONTIS_WORKERS="2", PONTIS_BUS_GROUP="other")
        rows = {row.split()[0]: row.split(maxsplit=2)[1:] for row in told.splitlines()}
        self.assertEqual(["home", f"{path}:1"], rows["name"])
        self.assertEqual(["3", "flag --set workers"], rows["workers"])
        self.assertEqual(["error", "flag --set log.level"], rows["log.level"])
        self.assertEqual(["other", "variable PONTIS_BUS_GROUP"], rows["bus.group"])
        self.assertEqual(["500ms", "default"], rows["bus.fetch_wait"])
        self.assertEqual(["-", "not set"], rows["owner_database"])

    def test_programs_get_the_same_as_json(self):
        path = self.settings()
        told = json.loads(self.pontis("config", "show", "--settings", path, "--json"))["settings"]
        rows = {row["key"]: row for row in told}
        self.assertEqual({"key": "tls.key", "value": f"{self.folder}/home.key", "source": "file", "where": f"{path}:6",
                          "type": "secret file", "reloadable": True}, rows["tls.key"])
        self.assertIsNone(rows["owner_database"]["value"])

    def test_a_password_is_shown_nowhere(self):
        path = self.settings()
        for verb in ("check", "show"):
            self.pontis("config", verb, "--settings", path, "--set", "database=dbname=x password=geheim", "--set",
                        "tracing.endpoint=http://me:geheim@host/", status=NEGATIVE if verb == "check" else CONFIGURATION)
            self.assertNotIn("geheim", self.printed + self.said)

    # ---- default ----

    def test_the_default_file_is_the_one_that_ships(self):
        self.assertEqual(SOURCE.joinpath("deploy/config/pontis.yaml").read_text(), self.pontis("config", "default"))


class Client(Program):
    def test_who_asks_may_be_named_by_the_settings_file(self):
        with tempfile.TemporaryDirectory(prefix="pontis-config-") as folder:
            gateway = Gateway(SOURCE, folder)
            self.addCleanup(gateway.close)
            gateway.lay_out("GET", "/v1/corridors", {"corridors": [{"name": "sg-th", "version": "7"}]})
            given = gateway.environment()
            path = pathlib.Path(folder, "client.yaml")
            path.write_text("client:\n" + "".join(f"  {key}: {given[name]}\n" for key, name in (
                ("url", "PONTIS_URL"), ("ca", "PONTIS_CA"), ("certificate", "PONTIS_CERT"), ("key", "PONTIS_KEY"))))
            self.assertIn("sg-th", self.pontis("corridor", "list", PONTIS_SETTINGS=str(path)))
            self.pontis("corridor", "list", status=CONFIGURATION, PONTIS_SETTINGS=str(path), PONTIS_CA="/no/such/file")
            path.write_text("client: {urll: x}\n")
            self.pontis("corridor", "list", status=CONFIGURATION, PONTIS_SETTINGS=str(path))
            self.assertIn(f"{path}:1: client.urll: unknown key; the nearest known one is client.url", self.said)
            self.pontis("corridor", "list", PONTIS_SETTINGS=str(path), **given)


if __name__ == "__main__":
    main()
