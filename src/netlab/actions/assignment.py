"""What a grading process is told of the run that it is to grade."""

from pathlib import Path

from netlab.actions import answers, faults, handed
from netlab.actions.bench import Bench
from netlab.errors import WrongStateError
from netlab.grading.job import Job, NodeFacts


def node_facts(bench: Bench) -> tuple[NodeFacts, ...]:
    """The nodes as they are now. Raises WrongStateError when one is down."""
    states = bench.runtime.inspect()
    down = [state.name for state in states if not state.running]
    if down:
        bench.runtime.enter()  # if the whole network is gone, that is said instead
        raise WrongStateError(f"Not running: {', '.join(down)}.", f"Boot with `netlab restart {' '.join(down)}`.")
    return tuple(NodeFacts(state.name, state.mgmt, state.pid or 0) for state in states)


def assignment(bench: Bench, output: Path) -> Path:
    """The file `job.json` in the folder `output`, where the process also puts what it has captured."""
    key = bench.run.keys_dir / "id"
    run, said, files = bench.run, answers.kept(bench.run), handed.files(bench.run, bench.lab.questions)
    there = tuple(faults.present(bench))
    nodes, saved = node_facts(bench), str(run.saved_dir)
    job = Job(run.catalog, run.slug, run.seed, str(output), str(key), nodes, said, files, there, saved)
    job.write(output / "job.json")
    return output / "job.json"
