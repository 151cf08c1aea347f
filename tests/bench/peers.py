"""The rule book's table as models of radCAD and cadCAD, to measure beside the lab's own gears.

Run by the Python of their own environment (`sandbox.SIMULATORS`): `python peers.py radcad|cadcad
ORDERS copy|share` prints orders a second and the price. The state has what each member holds, as in
ours. `share` leaves out radCAD's copies of it, so that all of its history is one dictionary.
"""

import contextlib
import io
import json
import sys
import time
from typing import Any

State = dict[str, Any]


def _granted(state: State) -> float:
    if not state["supply"]:
        return 21.0
    return float(2100 * state["supply"] / state["reserve"])


def _order(_params: Any, _substep: Any, _history: Any, state: State) -> dict[str, int]:
    return {"member": len(state["points"])}


def _reserve(_params: Any, _substep: Any, _history: Any, state: State, _signal: Any) -> Any:
    return "reserve", state["reserve"] + 3000


def _supply(_params: Any, _substep: Any, _history: Any, state: State, _signal: Any) -> Any:
    return "supply", state["supply"] + _granted(state)


def _points(_params: Any, _substep: Any, _history: Any, state: State, signal: Any) -> Any:
    points = state["points"]
    points[signal["member"]] = _granted(state)
    return "points", points


def _model() -> tuple[State, list[dict[str, Any]]]:
    variables = {"reserve": _reserve, "supply": _supply, "points": _points}
    state: State = {"reserve": 0.0, "supply": 0.0, "points": {}}
    return state, [{"policies": {"order": _order}, "variables": variables}]


def radcad(orders: int, *, copy: bool) -> tuple[float, float]:
    """Return radCAD's seconds of processor time, and the price it ends with."""
    from radcad import Experiment, Model, Simulation
    from radcad.engine import Backend, Engine

    state, blocks = _model()
    model = Model(initial_state=state, state_update_blocks=blocks, params={})
    experiment = Experiment([Simulation(model=model, timesteps=orders, runs=1)])
    experiment.engine = Engine(backend=Backend.SINGLE_PROCESS, deepcopy=copy)
    started = time.process_time()
    last = experiment.run()[-1]
    return time.process_time() - started, last["reserve"] / last["supply"]


def cadcad(orders: int) -> tuple[float, float]:
    """Return cadCAD's seconds of processor time, and the price it ends with."""
    from cadCAD.configuration import Experiment
    from cadCAD.configuration.utils import config_sim
    from cadCAD.engine import ExecutionContext, ExecutionMode, Executor

    state, blocks = _model()
    experiment = Experiment()
    experiment.append_model(
        model_id="table",
        initial_state=state,
        partial_state_update_blocks=blocks,
        sim_configs=config_sim({"N": 1, "T": range(orders)}),
    )
    context = ExecutionContext(ExecutionMode().local_mode)
    executor = Executor(exec_context=context, configs=experiment.configs)
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        states, _, _ = executor.execute()
    return time.process_time() - started, states[-1]["reserve"] / states[-1]["supply"]


if __name__ == "__main__":
    name, count, how = sys.argv[1:]
    size = int(count)
    seconds, price = radcad(size, copy=how == "copy") if name == "radcad" else cadcad(size)
    print(json.dumps({"orders_a_second": size / seconds, "price": price}))
