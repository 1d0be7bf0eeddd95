r"""A form of files of one's own: tables in Markdown, for a wiki or a chat.

NUATOM_EXTENSIONS=examples/extensions/markdown.py nuatom dcs Ge --energy 1MeV --transfer 1,5keV -o ge.md
"""

from nuatom import choices


def markdown(results: choices.Results) -> bytes:
    """Rows along the first variable, a column for each other one of that length."""
    table = results.table
    (rows,) = next(iter(table.variables.values())).dims
    columns = {
        f"{name} [{variable.units}]" if variable.units else name: variable.data.tolist()
        for name, variable in table.variables.items()
        if variable.dims == (rows,)
    }
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    for row in zip(*columns.values(), strict=True):
        lines.append(" | ".join(f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row))
    return ("\n".join(f"| {line} |" for line in lines) + "\n").encode()


choices.FORMATS.add(".md", choices.FormatEntry("a table in Markdown", markdown))
