"""Spreads the trials of a scenario over a Dask cluster and joins the slices.

    python dask_trials.py tutorial/region-outage --trials 200 --slice 25 --out results/outage-200

Without --scheduler it starts a cluster of its own on this machine, a worker a core. Each worker needs `mrksim` on its
PATH and, unless the scenario is built in, the file under the same path. Nothing else is shared: a slice comes back as
the two small files that `mrksim run --trials A..B` writes. Arguments after `--` go to `mrksim run`.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

from dask.distributed import Client, LocalCluster, as_completed

# `mrksim run` ends with 4 if an expectation does not hold: the trials were played, and the whole is judged by `merge`.
PLAYED = (0, 4)


def play(scenario, first, end, arguments):
    """One slice of trials, on one thread: what it wrote, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "slice"
        command = ["mrksim", "run", scenario, "--trials", f"{first}..{end}", "--threads", "1"]
        command += ["--quiet", "--out", str(out), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in PLAYED:
            raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
        return {file.name: file.read_bytes() for file in out.iterdir()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--slice", type=int, default=25)
    parser.add_argument("--out", required=True)
    parser.add_argument("--scheduler", help="address of a running scheduler: tcp://10.0.0.7:8786")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    given, arguments = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    cluster = given.scheduler or LocalCluster(threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client, tempfile.TemporaryDirectory() as folder:
        starts = range(0, given.trials, given.slice)
        slices = [(first, min(first + given.slice, given.trials)) for first in starts]
        # A trial is a function of its number, so a slice that a lost worker had may be played again elsewhere.
        futures = [client.submit(play, given.scenario, *slice, arguments, retries=2) for slice in slices]
        folders = []
        for done, (future, files) in enumerate(as_completed(futures, with_results=True), start=1):
            here = pathlib.Path(folder) / future.key
            here.mkdir()
            for name, content in files.items():
                (here / name).write_bytes(content)
            folders.append(str(here))
            print(f"{done} of {len(slices)} slices", file=sys.stderr)
        return subprocess.run(["mrksim", "merge", *folders, "--out", given.out]).returncode


if __name__ == "__main__":
    sys.exit(main())
