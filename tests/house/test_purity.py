"""Only settings, the command and the doors may ask what time it is, roll dice, or touch disk."""

import ast
import re

from tree import dotted, parsed, short, sources

DOORS = ("settings.py", "cli.py", "verbs/", "jobs/", "intercept/", "web/")
IMPURE = re.compile(
    r"^(time\.(time|monotonic|perf_counter|localtime|gmtime)(_ns)?|(datetime\.)?datetime\.(now|utcnow|today)"
    r"|(datetime\.)?date\.today|os\.(environ|getenv|urandom)|uuid\.uuid[14]|secrets\.\w+"
    r"|random\.\w+|(np|numpy)\.random\.(?!default_rng|Generator|SeedSequence|PCG64)\w+)$"
)
SEEDED = re.compile(r"(^|\.)(default_rng|SeedSequence|PCG64)$")
DISK = re.compile(
    r"(^open$|\.(write_text|write_bytes|read_text|read_bytes|mkdir|unlink|rmtree|write_parquet|write_csv"
    r"|sink_parquet|sink_csv|save_model)$|^(pl|polars)\.(read|scan)_\w+$)"
)
DISK_FLOORS = ("store/", "jobs/", "intercept/", "web/", "verbs/", "cli.py", "settings.py")
MAY_ROLL_DICE = {
    "store/seal.py": "keys, salts and nonces must be what nobody can guess",
}
MAY_TOUCH_DISK = {
    "tables/read.py": "reads the file it is given the path of",
    "models/card.py": "reads and writes the model folder it is given",
    "policy/dated.py": "reads the policy folders it is given",
}


def inside(path) -> str:
    return short(path).removeprefix("src/duanka/")


def test_pure_rooms_read_no_clock_no_environment_and_no_unseeded_random():
    found = []
    for path in sources():
        if inside(path).startswith(DOORS):
            continue
        for node in ast.walk(parsed(path)):
            name = dotted(node) if isinstance(node, ast.Attribute) else ""
            unseeded = (
                isinstance(node, ast.Call)
                and SEEDED.search(dotted(node.func))
                and not (node.args or node.keywords)
            )
            if inside(path) in MAY_ROLL_DICE and name.startswith("secrets."):
                continue
            if IMPURE.match(name) or unseeded:
                found.append(f"{short(path)}:{node.lineno} {name or dotted(node.func)}")
    assert not found, "\n".join(found)


def test_only_the_store_and_the_doors_touch_disk():
    pure = [path for path in sources() if not inside(path).startswith(DISK_FLOORS)]
    found = [
        f"{short(path)}:{node.lineno} {dotted(node.func)}"
        for path in pure
        if inside(path) not in MAY_TOUCH_DISK
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and DISK.search(dotted(node.func))
    ]
    assert not found, "\n".join(found)


def test_the_patterns_find_what_they_are_for():
    for name in (
        "time.time",
        "datetime.now",
        "datetime.datetime.now",
        "os.environ",
        "random.random",
    ):
        assert IMPURE.match(name)
    for name in ("np.random.default_rng", "np.random.Generator", "time.sleep", "rng.random"):
        assert not IMPURE.match(name)
    for name in ("open", "path.write_text", "pl.read_csv", "frame.sink_parquet"):
        assert DISK.search(name)
