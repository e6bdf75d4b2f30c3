"""What authors imported from inside the package stands at its top, and for a while as before."""

import importlib

import pytest

import tieline

MOVED = {
    "tieline.model.call": ("Call", "Effect", "HttpAnswer"),
    "tieline.model.signature": ("EventShape", "HmacScheme", "WebhookScheme"),
    "tieline.model.signed_content": ("HeaderTime", "Piece", "SingleSignature"),
}


@pytest.mark.parametrize(("module", "names"), MOVED.items())
def test_a_module_that_has_moved_still_gives_its_names_and_says_so(
    module: str, names: tuple[str, ...]
) -> None:
    with pytest.warns(DeprecationWarning, match=r"goes with 0\.3"):
        old = importlib.import_module(module)

    for name in names:
        assert getattr(old, name) is getattr(tieline, name)


def test_the_old_places_go_with_the_release_that_they_name() -> None:
    from importlib.metadata import version

    assert version("tieline") < "0.3", "take the moved modules away, and this file"
