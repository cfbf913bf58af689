"""node-direct: what it leaves alone and turns down first, then what it changes."""

import json
from pathlib import Path

import pytest

from dfix import Level, Request, Result, fix_bytes
from dfix.registry import all_fixers
from dfix.surroundings import surroundings_of
from tests.fixers import seed
from tests.fixers.checks import check_noop, check_refused, run

NAME = "node-direct"
N = "FROM node:22-alpine\nWORKDIR /app\nCOPY . .\n"
START = {"start": "node index.js"}

NOOP = {
    "seed-S01": seed.S01,
    "seed-S11": seed.S11,
    "seed-S12": seed.S12,
    "seed-S13": seed.S13,
    "node": N + 'CMD ["node", "a.js"]\n',
    "install": N + 'CMD ["npm", "install"]\n',
    "ci": N + 'CMD ["npm", "ci"]\n',
    "test": N + 'CMD ["npm", "test"]\n',
    "yarn-alone": N + 'CMD ["yarn"]\n',
    "yarn-install": N + 'CMD ["yarn", "install"]\n',
    "npx": N + 'CMD ["npx", "serve"]\n',
    "build-only": N.replace("\n", " AS a\n", 1) + 'CMD ["npm", "start"]\nFROM scratch\n',
    "list": N + "CMD npm run build && npm start\n",
    "empty": "",
}

REFUSED = {
    "no-context": (N + 'CMD ["npm", "start"]\n', "not known from the build context"),
    "options": (N + 'CMD ["npm", "start", "--prefix", "x"]\n', "has options"),
    "words-handed-on": (N + 'CMD ["npm", "run", "x", "--", "y"]\n', "hands words on"),
    "run-alone": (N + 'CMD ["npm", "run"]\n', "has options"),
    "unknown-base": ("FROM x/y\nWORKDIR /app\n" + 'CMD ["npm", "start"]\n', "look at the command"),
    "entrypoint-takes-cmd": (
        N + 'ENTRYPOINT ["npm", "start"]\nCMD ["x"]\n',
        None,
    ),
    "script-in-front": (N + 'ENTRYPOINT ["/e.sh"]\nCMD ["npm", "start"]\n', "look at the command"),
    "of-the-parent": (
        N.replace("\n", " AS a\n", 1) + 'CMD ["npm", "start"]\nFROM a\nUSER node\n',
        "another stage",
    ),
}


def tried(tmp_path: Path, text: str, files: dict[str, str]) -> Result:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    surroundings = surroundings_of(tmp_path / "Dockerfile", options={}, context=tmp_path)
    request = Request((all_fixers()[NAME],), Level.STANDARD, surroundings)
    result = fix_bytes(text.encode(), request)
    assert result.error is None
    assert fix_bytes(result.after, request).after == result.after
    return result


def package(scripts: dict[str, str], **others: object) -> dict[str, str]:
    return {"package.json": json.dumps({"scripts": scripts, **others})}


@pytest.mark.parametrize("text", NOOP.values(), ids=NOOP)
def test_noop(text: str) -> None:
    check_noop(NAME, text)


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str | None) -> None:
    if reason is None:
        assert not run(NAME, text).changed
    else:
        check_refused(NAME, text, reason)


TURNED_DOWN: dict[str, tuple[dict[str, str], str]] = {
    "list": (package({"start": "node index.js && echo done"}), "more than one command"),
    "variable": (package({"start": "node index.js $PORT"}), "expands variables"),
    "assignment": (package({"start": "NODE_ENV=production node index.js"}), "sets variables"),
    "nodemon": (package({"start": "nodemon index.js"}), "starts `nodemon`"),
    "cross-env": (package({"start": "cross-env A=1 node index.js"}), "starts `cross-env`"),
    "watch": (package({"start": "node --watch index.js"}), "for a developer"),
    "prompt": (package({"start": "node"}), "for a developer"),
    "prestart": (package({**START, "prestart": "x"}), "before or after"),
    "poststart": (package({**START, "poststart": "x"}), "before or after"),
    "no-script": (package({"serve": "node index.js"}), "has no script `start`"),
    "no-scripts": ({"package.json": "{}"}, "has no script"),
    "no-json": ({"package.json": "{"}, "is no JSON"),
    "no-object": ({"package.json": "[]"}, "has no script"),
    "no-package": ({"index.js": ""}, "not known from the build context"),
    "variables-of-the-shell": (
        {**package(START), "index.js": "process.env.PWD"},
        "index.js reads PWD",
    ),
    "where-it-was-called": (
        {**package(START), "index.js": "process.env.INIT_CWD"},
        "uses variables",
    ),
    "variables-of-npm": (
        {**package(START), "index.js": "process.env.npm_package_version"},
        "variables that the package manager sets",
    ),
    "variables-of-npm-in-another-file": (
        {
            **package({"start": "node ."}, main="lib"),
            "lib/index.js": "import v from './version.js'\n",
            "lib/version.js": "require('..')\nexport default process.env.npm_package_version\n",
        },
        "lib/version.js uses variables",
    ),
    "variables-of-the-shell-in-another-file": (
        {**package(START), "index.js": "require('./a')", "a/index.js": "process.env.PWD"},
        "index.js reads PWD",
    ),
    "starts-programs": (
        {**package(START), "index.js": "require('node:child_process').spawn('knex', ['x'])"},
        "index.js starts programs",
    ),
    "more-files-than-are-looked-at": (
        {
            **package({"start": "node 0.js"}),
            **{f"{at}.js": f"require('./{at + 1}')" for at in range(250)},
        },
        "more files than are looked at",
    ),
    "more-names-than-are-looked-at": (
        {**package(START), "index.js": "".join(f"require('./{at}')\n" for at in range(2_000))},
        "more files than are looked at",
    ),
    "npmrc-without-packages": ({**package(START), ".npmrc": "omit=dev\n"}, "changes how scripts"),
    "variables-of-npm-in-the-script": (
        package({"start": "node index.js '$npm_package_name'"}),
        "variables that the package manager sets",
    ),
    "config": (package(START, config={"port": "80"}), "variables that the package manager sets"),
    "own-node": (package(START, dependencies={"node": "20"}), "a node of its own"),
    "npmrc": ({**package(START), ".npmrc": "node-options=--x\n"}, "changes how scripts are run"),
    "pnp": ({**package(START), ".pnp.cjs": ""}, "Plug'n'Play"),
    "yarn-berry": ({**package(START), ".yarnrc.yml": "yarnPath: x\n"}, "Plug'n'Play"),
    "yarn-berry-by-field": (package(START, packageManager="yarn@4.1.0"), "Plug'n'Play"),
    "ignored": ({**package(START), ".dockerignore": "package.json\n"}, "not known from the build"),
}


@pytest.mark.parametrize(("files", "reason"), TURNED_DOWN.values(), ids=TURNED_DOWN)
def test_turned_down_by_the_context(files: dict[str, str], reason: str, tmp_path: Path) -> None:
    result = tried(tmp_path, N + 'CMD ["npm", "start"]\n', files)
    assert not result.changed
    assert [reason in (each.reason or "") for each in result.findings] == [True], result.findings


@pytest.mark.parametrize(
    "line",
    [
        "RUN npm pkg set scripts.start=x",
        "RUN npm init -y",
        "RUN npm config set production true",
        "RUN echo node-options=--x >> ~/.npmrc",
        "RUN chown -R node .",
        "COPY --chown=node a b",
        "RUN sed -i s/a/b/ package.json",
        "RUN cp -r other/. .",
        "COPY --from=nginx /x .",
        "ENV NPM_CONFIG_LOGLEVEL=warn",
    ],
)
def test_a_package_that_may_be_another(line: str, tmp_path: Path) -> None:
    assert not tried(tmp_path, f'{N}{line}\nCMD ["npm", "start"]\n', package(START)).changed


CHANGED = {
    "npm": ('CMD ["npm", "start"]\n', 'CMD ["node", "index.js"]\n'),
    "npm-run": ('CMD ["npm", "run", "start"]\n', 'CMD ["node", "index.js"]\n'),
    "npm-run-script": ('CMD ["npm", "run-script", "start"]\n', 'CMD ["node", "index.js"]\n'),
    "quiet": ('CMD ["npm", "run", "-s", "start"]\n', 'CMD ["node", "index.js"]\n'),
    "yarn": ('CMD [ "yarn", "start" ]\n', 'CMD [ "node", "index.js" ]\n'),
    "yarn-other": ('CMD ["yarn", "serve"]\n', 'CMD ["node", "-r", "./x", "a b.js"]\n'),
    "pnpm": ('CMD ["pnpm", "run", "serve"]\n', 'CMD ["node", "-r", "./x", "a b.js"]\n'),
    "shell": ("CMD npm run start\n", 'CMD ["node", "index.js"]\n'),
    "shell-exec": ("CMD exec npm start\n", 'CMD ["node", "index.js"]\n'),
    "entrypoint": ('ENTRYPOINT ["npm", "start"]\n', 'ENTRYPOINT ["node", "index.js"]\n'),
    "its-user": (
        'RUN chown -R node .\nUSER node\nCMD ["npm", "start"]\n',
        'RUN chown -R node .\nUSER node\nCMD ["node", "index.js"]\n',
    ),
    "configured": (
        'RUN npm config set fund false\nCMD ["npm", "start"]\n',
        'RUN npm config set fund false\nCMD ["node", "index.js"]\n',
    ),
    "behind-tini": (
        'ENTRYPOINT ["/sbin/tini", "--"]\n# go\nCMD ["npm", "start"]\n',
        'ENTRYPOINT ["/sbin/tini", "--"]\n# go\nCMD ["node", "index.js"]\n',
    ),
}


@pytest.mark.parametrize(("before", "after"), CHANGED.values(), ids=CHANGED)
def test_changed(before: str, after: str, tmp_path: Path) -> None:
    files = {**package({**START, "serve": 'node -r ./x "a b.js"'}), "index.js": "serve()"}
    files["index.js"] = "require('./index'); fork(require('child_process')); /x/.test('y')"
    assert tried(tmp_path, N + before, files).after.decode() == N + after


def test_the_package_of_another_stage(tmp_path: Path) -> None:
    text = (
        "FROM node:22 AS b\nWORKDIR /src\nCOPY . .\nRUN npm ci\nFROM node:22-alpine\nWORKDIR /app\n"
        'COPY --from=b /src ./\nCMD ["npm", "start"]\n'
    )
    after = tried(tmp_path, text, package(START)).after.decode()
    assert after == text.replace('["npm", "start"]', '["node", "index.js"]')


def test_the_package_of_the_working_directory(tmp_path: Path) -> None:
    files = package(START) | {"api/package.json": '{"scripts": {"start": "node api.js"}}'}
    text = 'FROM node:22\nWORKDIR /app\nCOPY . .\nWORKDIR /app/api\nCMD ["npm", "start"]\n'
    after = tried(tmp_path, text, files).after.decode()
    assert after == text.replace('["npm", "start"]', '["node", "api.js"]')


def test_not_at_safe() -> None:
    assert not run(NAME, N + 'CMD ["npm", "start"]\n', level=Level.SAFE).changed
