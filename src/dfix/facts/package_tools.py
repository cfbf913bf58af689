"""The package managers: their options, and the sub-commands that install.

An option that is not listed may take a value: a call with one is not understood. Sources are the
manuals: apt-get(8), apk(8), yum(8), dnf(8), zypper(8), and the `--help` of pip, npm, yarn, composer
and gem.
"""

from typing import Literal

from msgspec import Struct

Family = Literal["apt", "apk", "rpm", "zypper", "pip", "npm", "yarn", "composer", "gem"]


class Options(Struct, frozen=True):
    """Options of a tool or a sub-command: those that stand alone, and those with a value."""

    alone: frozenset[str]
    valued: frozenset[str]

    def take_next(self, word: str) -> bool:
        """Whether an option's value is the next word; that of `--quiet` needs a `=`."""
        return word in self.valued and word != "--quiet"


def _options(alone: str, valued: str) -> Options:
    return Options(frozenset(alone.split()), frozenset(valued.split()))


class Tool(Struct, frozen=True):
    """A package manager.

    `own` are the options behind the sub-command where they are other ones than those in front of it;
    only for the sub-commands `own_verbs` they are listed.
    """

    family: Family
    options: Options
    installs: frozenset[str]
    own: Options | None = None
    own_verbs: frozenset[str] = frozenset()
    #: Whether short options are read as one, so that `-qqy` is `-q -q -y`.
    combines: bool = True

    def behind(self, verb: str | None) -> Options | None:
        """The options that may stand behind a sub-command; None where they are not listed."""
        if self.own is None:
            return self.options
        return self.own if verb in self.own_verbs else None


_APT = Tool(
    "apt",
    _options(
        """-d -f -m -q -s -y -u -V -b -h -v --no-install-recommends --install-recommends
        --no-install-suggests --install-suggests --download-only --fix-broken --ignore-missing
        --fix-missing --no-download --quiet --simulate --just-print --dry-run --recon --no-act --yes
        --assume-yes --assume-no --show-upgraded --no-show-upgraded --verbose-versions --compile
        --build --ignore-hold --with-new-pkgs --upgrade --no-upgrade --only-upgrade
        --allow-downgrades --allow-remove-essential --allow-change-held-packages --force-yes
        --print-uris --purge --reinstall --list-cleanup --no-list-cleanup --trivial-only --no-remove
        --auto-remove --autoremove --no-auto-remove --no-autoremove --only-source --diff-only
        --dsc-only --tar-only --arch-only --indep-only --allow-unauthenticated
        --no-allow-insecure-repositories --allow-insecure-repositories --allow-releaseinfo-change
        --show-progress --no-show-progress --no-triggers --help --version""",
        """-t -o -c -a -P --default-release --target-release --option --config-file
        --host-architecture --build-profiles --with-source --error-on --quiet --solver""",
    ),
    frozenset({"install"}),
)
_APK = Tool(
    "apk",
    _options(
        """-q -v -i -f -U -u -l -s -a -r -h -V --quiet --verbose --interactive --force --update-cache
        --update --upgrade --latest --simulate --available --rdepends --no-cache --no-progress
        --progress --purge --allow-untrusted --no-network --no-interactive --no-logfile
        --no-check-certificate --initdb --no-chown --clean-protected --no-self-upgrade
        --self-upgrade-only --no-scripts --no-commit-hooks --usermode --force-overwrite
        --force-old-apk --force-broken-world --force-refresh --force-non-repository
        --force-binary-stdout --force-missing-repositories --print-arch --help --version""",
        """-p -X -t --root --repository --virtual --arch --keys-dir --repositories-file --wait
        --cache-max-age --cache-dir --timeout --progress-fd""",
    ),
    frozenset({"add"}),
)
_RPM = Tool(
    "rpm",
    _options(
        """-y -q -v -C -t -b -4 -6 -h --assumeyes --assumeno --quiet --verbose --cacheonly --tolerant
        --best --nobest --nogpgcheck --no-gpgchecks --skip-broken --skip-unavailable --allowerasing
        --refresh --downloadonly --nodocs --noplugins --security --bugfix --enhancement --newpackage
        --obsoletes --noobsoletes --showduplicates --noautoremove --allowdowngrade
        --no-allow-downgrade --all --help --version""",
        """-c -d -e -R -x --config --debuglevel --errorlevel --rpmverbosity --randomwait --exclude
        --excludepkgs --enablerepo --enable-repo --disablerepo --disable-repo --repo --repoid
        --from-repo --setopt --releasever --installroot --downloaddir --destdir --disableplugin
        --enableplugin --disable-plugin --enable-plugin --color --disableexcludes
        --disableexcludepkgs --forcearch --advisory --arch --archlist --comment --repofrompath
        --rpmverbosity --sec-severity --cve --bz""",
    ),
    frozenset({"install", "localinstall", "reinstall", "groupinstall"}),
)
_ZYPPER = Tool(
    "zypper",
    _options(
        """-n -q -v -i -x -A -t -h -V --non-interactive --non-interactive-include-reboot-patches
        --quiet --verbose --no-color --no-abbrev --terse --gpg-auto-import-keys --no-gpg-checks
        --ignore-unknown --no-refresh --no-cd --no-remote --disable-repositories
        --disable-system-resolvables --xmlout --help --version""",
        """-R -c -D -C -p -s --root --config --reposd-dir --cache-dir --raw-cache-dir
        --solv-cache-dir --pkg-cache-dir --installroot --releasever --plus-repo --plus-content
        --userdata --table-style --color""",
    ),
    frozenset({"install", "in"}),
    _options(
        """-y -n -C -f -l -D -d -u -U -R -h --no-confirm --name --capability --force
        --auto-agree-with-licenses --auto-agree-with-product-licenses --no-recommends --recommends
        --oldpackage --dry-run --download-only --download-in-advance --download-in-heaps
        --download-as-needed --force-resolution --no-force-resolution --solver-focus --replacefiles
        --allow-downgrade --no-allow-downgrade --allow-name-change --no-allow-name-change
        --allow-arch-change --no-allow-arch-change --allow-vendor-change --no-allow-vendor-change
        --details --clean-deps --no-clean-deps --all --metadata --raw-metadata --with-interactive
        --skip-interactive --with-update --without-update --with-optional --without-optional
        --best-effort --force-build --force-download --build-only --download-only --services
        --allow-unsigned-rpm --updatestack-only --debug-solver --help""",
        "-r -t --repo --from --type --download --category --date --severity --bugzilla --cve",
    ),
    frozenset("install in remove rm update up patch dist-upgrade dup refresh ref clean cc".split()),
)
_PIP = Tool(
    "pip",
    _options(
        """-q -v -U -I -h -V -y --quiet --verbose --upgrade --ignore-installed --yes --no-cache-dir
        --no-deps --user --pre --force-reinstall --no-index --disable-pip-version-check
        --no-build-isolation --use-pep517 --no-use-pep517 --prefer-binary --require-hashes --compile
        --no-compile --no-warn-script-location --no-warn-conflicts --isolated --no-input
        --no-python-version-warning --break-system-packages --process-dependency-links
        --allow-all-external --egg --no-clean --dry-run --ignore-requires-python --no-color
        --require-virtualenv --no-dependencies --check-build-dependencies --debug --no-download
        --use-wheel --no-use-wheel --use-mirrors --no-binary-cache --help --version""",
        """-r -c -e -i -f -t -b -d -C -w --requirement --constraint --editable --index-url --pypi-url
        --extra-index-url --find-links --trusted-host --proxy --timeout --default-timeout --retries
        --cert --client-cert --cache-dir --target --prefix --root --src --build --progress-bar --log
        --log-file --exists-action --upgrade-strategy --use-feature --use-deprecated --platform
        --python-version --implementation --abi --global-option --install-option --config-settings
        --root-user-action --allow-external --allow-unverified --no-binary --only-binary --report
        --python --dest --wheel-dir --build-option --keyring-provider --download --download-cache
        --group""",
    ),
    frozenset({"install"}),
)
_NPM = Tool(
    "npm",
    _options(
        """-g -S -D -O -P -E -B -s -q -d -f -h -v -y --global --production --save --save-dev
        --save-optional --save-prod --save-exact --save-bundle --no-save --unsafe-perm
        --allow-root --silent --quiet --verbose --no-optional --optional --no-audit --audit
        --no-fund --fund --no-package-lock --package-lock --package-lock-only --force
        --legacy-peer-deps --legacy-bundling --strict-peer-deps --ignore-scripts --prefer-offline
        --prefer-online --offline --no-progress --progress --no-bin-links --bin-links
        --build-from-source --no-shrinkwrap --no-color --no-update-notifier --dev --prod --yes
        --no-engine-strict --engine-strict --strict-ssl --no-strict-ssl --dry-run --workspaces
        --include-workspace-root --install-links --foreground-scripts --json --no-git-tag-version
        --no-cache --help --version""",
        """-w -C --omit --only --include --loglevel --registry --prefix --cache --workspace --tag
        --fetch-retries --fetch-timeout --fetch-retry-mintimeout --fetch-retry-maxtimeout
        --maxsockets --network-timeout --userconfig --proxy --https-proxy --also --before --arch
        --install-strategy --cpu --os --libc --target --cafile --cache-min --python""",
    ),
    frozenset({"install", "i", "add", "ci", "clean-install"}),
    combines=False,
)
_YARN = Tool(
    "yarn",
    _options(
        """-s -D -E -P -O -T -W -A -h -v --production --prod --dev --exact --peer --optional --tilde
        --frozen-lockfile --pure-lockfile --no-lockfile --immutable --immutable-cache
        --non-interactive --silent --ignore-scripts --ignore-engines --ignore-optional
        --ignore-platform --ignore-workspace-root-check --check-files --check-cache --force
        --offline --prefer-offline --verbose --no-progress --link-duplicates --flat --har --json
        --no-bin-links --skip-integrity-check --update-checksums --inline-builds --no-node-version-check
        --no-default-rc --all --latest --help --version""",
        """--network-timeout --network-concurrency --cache-folder --modules-folder --registry --cwd
        --mutex --prefix --global-folder --preferred-cache-folder --use-yarnrc --proxy
        --https-proxy --mode --scripts-prepend-node-path --otp --link-folder""",
    ),
    frozenset({"install", "add", "global"}),
    combines=False,
)
_COMPOSER = Tool(
    "composer",
    _options(
        """-n -o -a -q -v -vv -vvv -w -W -h -V --no-dev --dev --no-interaction --no-ansi --ansi
        --no-scripts --no-plugins --no-progress --no-suggest --no-custom-installers
        --optimize-autoloader --optimize --classmap-authoritative --prefer-dist --prefer-source
        --prefer-stable --prefer-lowest --ignore-platform-reqs --no-autoloader --apcu-autoloader
        --apcu --quiet --verbose --no-cache --with-dependencies --with-all-dependencies
        --update-no-dev --no-update --no-install --no-audit --no-blocking --download-only
        --update-with-dependencies --update-with-all-dependencies --sort-packages --profile
        --dry-run --lock --no-secure-http --keep-vcs --remove-vcs --strict-psr
        --root-reqs --fixed --minimal-changes --help --version""",
        """-d -s --working-dir --prefer-install --ignore-platform-req --stability --repository
        --apcu-autoloader-prefix --repository-url --audit-format --filename --install-dir""",
    ),
    frozenset({"install", "update", "require", "global", "create-project"}),
)
_GEM = Tool(
    "gem",
    _options(
        """-N -f -q -V -E -l -b -h -g --no-document --no-ri --no-rdoc --force --user-install
        --no-user-install --clear-sources --conservative --minimal-deps --development --quiet
        --verbose --silent --pre --prerelease --env-shebang --local --both --remote --no-wrappers
        --wrappers --ignore-dependencies --default --explain --norc --post-install-message
        --no-post-install-message --no-update-sources --system --suggestions --no-suggestions
        --lock --no-lock --vendor --backtrace --debug --build-docs --all --executables
        --no-format-executable --format-executable --help""",
        """-v -s -i -n -P -B --version --source --install-dir --bindir --document --platform
        --without --http-proxy --trust-policy --bulk-threshold --build-root --config-file --file
        --target-rbconfig""",
    ),
    frozenset({"install", "i"}),
    combines=False,
)

#: Package managers, by the name they are called by.
TOOLS = {
    "apt-get": _APT,
    "apt": _APT,
    "apk": _APK,
    "yum": _RPM,
    "dnf": _RPM,
    "microdnf": _RPM,
    "zypper": _ZYPPER,
    "pip": _PIP,
    "npm": _NPM,
    "yarn": _YARN,
    "yarnpkg": _YARN,
    "composer": _COMPOSER,
    "gem": _GEM,
}
