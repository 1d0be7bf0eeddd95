"""What every coupling and every response must do, as tests that anybody's class can be put through.

    from nuatom.conformance import check_coupling, check_response
    check_coupling(MyCoupling(...))
    check_response(MyResponse(...))

Each raises a `ConformanceError` that says what was expected, what came, and where; the package's own classes pass the
same tests.
"""

from nuatom.conformance.couplings import check_coupling
from nuatom.conformance.failure import ConformanceError
from nuatom.conformance.responses import check_response

__all__ = ["ConformanceError", "check_coupling", "check_response"]
