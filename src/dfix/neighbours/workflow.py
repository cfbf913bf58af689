"""A workflow for GitHub that checks, builds and pushes the images of a repository.

Checkout, hadolint, `docker build --check`, `dfix --diff`, build, and a push from the default branch
alone. It is proposed once, and never where a workflow of that name, or one that does the same, is.
https://docs.github.com/actions, https://docs.docker.com/build/ci/github-actions/.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dfix.neighbours.model import Note, Outcome, Wish, declined
from dfix.neighbours.tree import Tree
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.text import decode
from dfix.version import __version__

NAME = "lint-workflow"
FOLDER = ".github/workflows"
FILES = ("dockerfile-lint.yml", "dockerfile-lint.yaml")

_LIMIT = 1024 * 1024
_MOST = 100  # images of one repository that are still listed
_MESSAGE = "no workflow checks the Dockerfiles"
_SAME = regex(r"\bhadolint\b|\bdfix\b")
_ELSEWHERE = regex(
    r"\.gitlab-ci\.ya?ml|\.circleci/.+|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|Jenkinsfile"
    r"|\.drone\.ya?ml|\.woodpecker(?:/.+|\.ya?ml)|\.travis\.yml|appveyor\.yml|\.buildkite/.+"
)
_PLAIN = regex(r"[A-Za-z0-9._][A-Za-z0-9._/@+-]*")
#: What YAML takes for a number, for nothing, or for yes or no.
_NO_TEXT = regex(r"[0-9.+-][0-9a-z.+_-]+|[0-9]|null|true|false|yes|no|on|off|[yn]", re.IGNORECASE)
#: Folders of files that are made to be wrong, or to be read.
_ASIDE = frozenset({"test", "tests", "testdata", "fixtures", "examples", "example", "e2e", "docs"})


@dataclass(frozen=True, slots=True)
class Image:
    """What is built: a name, a Dockerfile and its context, relative to the repository."""

    name: str
    dockerfile: str
    context: str


def workflow(tree: Tree, wish: Wish) -> Iterator[Outcome]:
    """The workflow of a repository that has none for its Dockerfiles."""
    path = tree.root / FOLDER / FILES[0]
    if not tree.handled or not (tree.is_repository or tree.root in tree.asked):
        return
    if any(os.path.lexists(tree.root / FOLDER / name) for name in FILES):
        return
    reason = _objection(tree)
    images, left_out = _images(tree)
    if not reason and not images:
        reason = "of no Dockerfile the build context is known: --context says it"
    if not reason and len(images) > _MOST:
        reason = f"there are more than {_MOST} Dockerfiles"
    if reason:
        yield Outcome(path, tree.root, None, None, (declined(NAME, _MESSAGE, reason),))
        return
    named = ", ".join(image.dockerfile for image in images[:3]) + (", ..." if images[3:] else "")
    told = f"it checks {named} as they are pushed, and pushes images from the default branch alone"
    notes = [Note(NAME, 1, _MESSAGE, told)]
    for dockerfile, why in left_out:
        notes.append(declined(NAME, f"{dockerfile} is not in the workflow", why))
    text = workflow_text(images, wish.option(NAME, "registry"))
    yield Outcome(path, tree.root, None, text.encode(), tuple(notes))


def _objection(tree: Tree) -> str | None:
    """What speaks against a new workflow."""
    workflows = [file for file in tree.files if file.startswith(f"{FOLDER}/")]
    for file in workflows:
        try:
            text = decode(read_regular(tree.root / file, limit=_LIMIT, follow=False))
        except OSError:
            continue
        if _SAME.search(text):
            return f"{file} does so already"
    other = next((file for file in tree.files if _ELSEWHERE.fullmatch(file)), None)
    if not workflows and other is not None:
        return f"the pipeline is another one's: {other}"
    if os.path.realpath(tree.root / FOLDER) != str(tree.root / FOLDER):
        return f"{FOLDER} is a symbolic link"
    return None


def _images(tree: Tree) -> tuple[list[Image], list[tuple[str, str]]]:
    """The images to build, and the Dockerfiles of which none comes, each with the reason."""
    images: list[Image] = []
    left_out: list[tuple[str, str]] = []
    wanted = [each for each in tree.dockerfiles if each.path in tree.handled]
    relative = {each.path: each.path.relative_to(tree.root) for each in wanted}
    if any(not _ASIDE & set(path.parts) for path in relative.values()):
        wanted = [each for each in wanted if not _ASIDE & set(relative[each.path].parts)]
    for needs in wanted:
        dockerfile = relative[needs.path].as_posix()
        place = tree.place(needs)
        if not place.sure or not place.folders[0].is_relative_to(tree.root):
            left_out.append((dockerfile, "which folder is its build context is not known"))
            continue
        context = place.folders[0].relative_to(tree.root).as_posix()
        if not (_PLAIN.fullmatch(dockerfile) and _PLAIN.fullmatch(context)):
            left_out.append((dockerfile, "its path has characters that a workflow must not hold"))
            continue
        name = _name(relative[needs.path])
        if any(image.name == name for image in images):
            name = f"{name}-{len(images) + 1}"
        images.append(Image(name, dockerfile, context))
    return images, left_out


def _name(path: Path) -> str:
    """A name for the image of a Dockerfile: its folder's, and what the file's own name adds."""
    own = re.sub(r"(?i)[._-]?(?:docker|container)file[._-]?", "", path.name)
    words = [*path.parent.parts, *([own] if own else [])]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-") or "image"


def workflow_text(images: Sequence[Image], registry: str) -> str:
    """The text of the workflow."""
    single = images[0] if len(images) == 1 else None
    file = _scalar(single.dockerfile) if single else "${{ matrix.dockerfile }}"
    context = _scalar(single.context) if single else "${{ matrix.context }}"
    owner = (
        "${{ vars.DOCKERHUB_USERNAME }}"
        if registry == "docker.io"
        else "ghcr.io/${{ github.repository_owner }}"
    )
    suffix = "" if single else "-${{ matrix.name }}"
    image = f"{owner}/${{{{ github.event.repository.name }}}}{suffix}"
    blocks = [
        _HEAD,
        _matrix(images) if single is None else "",
        _STEPS.format(file=file, check=_check(single), version=__version__),
        _HUB if registry == "docker.io" else _HUB + _GHCR,
        _BUILD.format(file=file, context=context, image=image),
    ]
    return "".join(blocks)


def _scalar(path: str) -> str:
    """A path as YAML has it: a folder may be called `1.10`, which would be a number, or `null`."""
    return f'"{path}"' if _NO_TEXT.fullmatch(path) else path


def _matrix(images: Sequence[Image]) -> str:
    lines = ["    strategy:", "      fail-fast: false", "      matrix:", "        include:"]
    for image in images:
        lines.append(f'          - name: "{image.name}"')
        lines.append(f'            dockerfile: "{image.dockerfile}"')
        lines.append(f'            context: "{image.context}"')
    return "\n".join(lines) + "\n"


def _check(single: Image | None) -> str:
    """The step that asks the builder; what a matrix gives reaches the shell as variables."""
    if single is None:
        return (
            '        run: docker build --check --file "$DOCKERFILE" "$CONTEXT"\n        env:\n'
            "          DOCKERFILE: ${{ matrix.dockerfile }}\n"
            "          CONTEXT: ${{ matrix.context }}\n"
        )
    default = "Dockerfile" if single.context == "." else f"{single.context}/Dockerfile"
    flag = "" if single.dockerfile == default else f"--file {single.dockerfile} "
    return f"        run: docker build --check {flag}{single.context}\n"


_HEAD = """\
# Checks the Dockerfiles, builds the images, and pushes them from the default branch.
name: Dockerfile lint

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  image:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      packages: write
      # id-token: write  # for signing
    env:
      PUSH: ${{ github.event_name == 'push' && github.ref_name == github.event.repository.default_branch }}
"""

_STEPS = """\
    steps:
      - name: Check out
        uses: actions/checkout@v4

      - name: Lint with hadolint
        uses: hadolint/hadolint-action@v3.1.0
        with:
          dockerfile: {file}
          failure-threshold: warning

      - name: Check with the builder
{check}
      - name: See that no fixes are due
        run: pipx run dfix=={version} --diff .

      - name: Set up the builder
        uses: docker/setup-buildx-action@v3

"""

_HUB = """\
      # With an account, pulls count against it, and not against the address of the runner.
      - name: Log in to Docker Hub
        if: vars.DOCKERHUB_USERNAME != '' && !github.event.pull_request.head.repo.fork
        uses: docker/login-action@v3
        with:
          username: ${{ vars.DOCKERHUB_USERNAME }}
          password: ${{ secrets.DOCKERHUB_TOKEN }}

"""

_GHCR = """\
      - name: Log in to the registry
        if: env.PUSH == 'true'
        uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: ${{ github.actor }}
          password: ${{ secrets.GITHUB_TOKEN }}

"""

_BUILD = """\
      - name: Name the image
        id: name
        uses: docker/metadata-action@v5
        with:
          images: {image}
          flavor: latest=false
          tags: type=sha,format=long

      - name: Build
        uses: docker/build-push-action@v6
        with:
          context: {context}
          file: {file}
          load: true
          tags: ${{{{ steps.name.outputs.tags }}}}

      # - name: Test the structure
      #   run: |
      #     curl -fsSLo structure-test https://github.com/GoogleContainerTools/container-structure-test/releases/download/v1.19.3/container-structure-test-linux-amd64
      #     chmod +x structure-test
      #     ./structure-test test --image "$IMAGE" --config container-structure-test.yaml
      #   env:
      #     IMAGE: ${{{{ steps.name.outputs.tags }}}}

      - name: Push
        id: push
        if: env.PUSH == 'true'
        uses: docker/build-push-action@v6
        with:
          context: {context}
          file: {file}
          push: true
          tags: ${{{{ steps.name.outputs.tags }}}}
          labels: ${{{{ steps.name.outputs.labels }}}}

      # - name: Set up signing
      #   if: env.PUSH == 'true'
      #   uses: sigstore/cosign-installer@v3

      # - name: Sign
      #   if: env.PUSH == 'true'
      #   run: cosign sign --yes "$IMAGE@$DIGEST"
      #   env:
      #     IMAGE: ${{{{ steps.name.outputs.tags }}}}
      #     DIGEST: ${{{{ steps.push.outputs.digest }}}}
"""
