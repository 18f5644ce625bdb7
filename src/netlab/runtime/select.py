"""The runtimes by name; the one place that knows them all."""

from netlab.errors import UsageError
from netlab.runtime.base import Deployment, Runtime
from netlab.runtime.native.runtime import NativeRuntime

RUNTIMES = {"native": NativeRuntime}


def check(name: str) -> None:
    """Raises UsageError for a name that is not a runtime."""
    if name not in RUNTIMES:
        raise UsageError(f"There is no runtime '{name}' in this version.", f"Choose one of: {', '.join(RUNTIMES)}.")


def runtime(name: str, deployment: Deployment) -> Runtime:
    """Raises UsageError for a name that is not a runtime."""
    check(name)
    return RUNTIMES[name](deployment)
