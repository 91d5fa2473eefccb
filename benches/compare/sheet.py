"""AWS's calculator sheet for a plan: its formulas as src/engine/sheet.rs has them, a row for each node group."""

from xml.sax.saxutils import quoteattr

FODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>
%s</office:spreadsheet></office:body></office:document>
"""


def cell(value):
    if isinstance(value, str) and value.startswith("="):
        return f"<table:table-cell table:formula={quoteattr('of:' + value)}/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def table(name, rows):
    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>\n" for row in rows)
    return f'<table:table table:name="{name}">\n{rows}</table:table>\n'


class Sheet:
    """The sheet of what `podroom show --sheet` reports of a plan: its inputs and formulas, and no results."""

    def __init__(self, report, path):
        groups, rows, placed, pools = {}, [], [], []
        for i, group in enumerate(report["sheet"]["node_groups"], 1):
            groups[group["cluster"], group["name"]] = i
            # pods of a node, addresses of an ENI, WARM_ENI_TARGET, which is 1 in the plans that are compared
            rows.append([group["pods"], group["n"], 1, f"=ROUNDUP([.A{i}]/[.B{i}];0)", f"=[.B{i}]*([.D{i}]+[.C{i}])+2"])
        for i, pool in enumerate(report["pools"], 1):
            for by in pool["settled"]["by"]:
                group = groups[by["cluster"], by["node_group"]]
                placed.append([i, by["nodes"], f"=[.B{len(placed) + 1}]*[$groups.E{group}]"])
            pools.append([pool["name"], 32 - int(pool["cidr"].split("/")[1])])
        for i, pool in enumerate(pools, 1):
            last = len(placed)
            pool += [f"=SUMIF([$placed.A$1:.A${last}];{i};[$placed.C$1:.C${last}])", f"=2^[.B{i}]-2-[.C{i}]"]
        self.path = path
        with open(path, "w") as file:
            # the first table is the one that is converted to CSV
            file.write(FODS % (table("pools", pools) + table("groups", rows) + table("placed", placed)))
        self.figures = [(pool["name"], pool["used"], pool["free"]) for pool in report["sheet"]["pools"]]

    def check(self, rows):
        """Whether these figures are those that podroom says the sheet comes to."""
        if (figures := [(name, float(used), float(free)) for name, _, used, free in rows]) != self.figures:
            raise SystemExit(f"not the same arithmetic: LibreOffice has {figures}, podroom {self.figures}")
