"""A builder that understands a few commands of the clients, as a program on the PATH.

Its images hold what a text asks for: `RUN touch PATH` makes a file, `RUN random PATH` one with
other content in each build, `RUN fail`, `RUN flaky` (fails the first time), `RUN sleep` and
`RUN stay` do what they are called, `USER`, `LABEL k=v` and `CMD` set the configuration.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(program: str, words: list[str]) -> int:
    """One call of the client; gives its exit code."""
    state = Path(os.environ["FAKE_STATE"])
    with (state / "calls").open("a") as calls:
        calls.write(json.dumps([program, *words]) + "\n")
    while words and words[0].startswith("--"):
        del words[0]
    match words:
        case ["version"]:
            if (state / "silent").exists():
                print("Client: 1", file=sys.stderr)
                print("Cannot connect to the daemon", file=sys.stderr)
                return 1
            return 0
        case ["build" | "build-using-dockerfile", *rest]:
            return _build(state, rest)
        case ["image", "save", *rest] | ["push", *rest]:
            [tag] = [word for word in rest if word.startswith("dfix-verify-")]
            return _save(state, tag)
        case ["image", "rm", tag] | ["rmi", tag]:
            path = state / "images" / tag
            if not path.exists():
                print(f"Error: No such image: {tag}", file=sys.stderr)
                return 1
            path.unlink()
            return 0
    print(f"unknown: {words}", file=sys.stderr)
    return 64


def _build(state: Path, words: list[str]) -> int:
    file, tag, context = (
        Path(words[words.index("--file") + 1]), words[words.index("--tag") + 1], Path(words[-1]),
    )  # fmt: skip
    if not context.is_dir():
        print("no context", file=sys.stderr)
        return 1
    text = file.read_text()
    beside = file.with_name(f"{file.name}.dockerignore")
    if beside.exists():
        (state / "ignorefile").write_bytes(beside.read_bytes())
    print(f"STEP of {file.name}", flush=True)
    made = {"text": text, "random": time.monotonic_ns()}
    # A builder may be done with the image when its client is ended.
    (state / "images").mkdir(exist_ok=True)
    (state / "images" / tag).write_text(json.dumps(made))
    for line in text.splitlines():
        match line.split():
            case ["RUN", "fail"]:
                print("process did not complete: exit code 7", file=sys.stderr)
                return 1
            case ["RUN", "flaky"]:
                mark = state / "flaky"
                if not mark.exists():
                    mark.touch()
                    return 1
            case ["RUN", "sleep"]:
                (state / "sleeping").write_text(str(os.getpid()))
                time.sleep(60)
            case ["RUN", "stay"]:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                child = subprocess.Popen(["sleep", "60"])
                (state / "sleeping").write_text(f"{os.getpid()} {child.pid}")
                child.wait()
            case ["COPY", source, _]:
                if not (context / source).exists():
                    print(f"{source} not found", file=sys.stderr)
                    return 1
    return 0


def _save(state: Path, tag: str) -> int:
    from tests.verify.archives import image, layer, member

    if (state / "unreadable").exists():
        sys.stdout.buffer.write(b"half an image")
        print("the disk is full", file=sys.stderr)
        return 3
    made = json.loads((state / "images" / tag).read_text())
    config: dict[str, object] = {}
    layers = [layer(member("base", b"base"))]
    for line in made["text"].splitlines():
        match line.split():
            case ["RUN", *words]:
                files = [
                    member(
                        path.strip("/"), str(made["random"]).encode() if how == "random" else b""
                    )
                    for how, path in zip(words[::3], words[1::3], strict=False)
                    if how in {"touch", "random"}
                ]
                layers.append(layer(*files))
            case ["FROM" | "from", base] if (state / "moving").exists():
                layers[0] = layer(member("base", base.encode()))
            case ["USER", user]:
                config["User"] = user
            case ["LABEL", label]:
                key, _, value = label.partition("=")
                config["Labels"] = {key: value}
            case ["CMD", *_]:
                config["Cmd"] = json.loads(line.removeprefix("CMD"))
    names = [f"layer{at}.tar" for at in range(len(layers))]
    sys.stdout.buffer.write(image(layers, config, names=names))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).name, sys.argv[2:]))
