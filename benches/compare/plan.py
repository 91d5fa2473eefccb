"""The large plan of benches/planner/large.rs: 20 clusters, 200 groups, 100,000 nodes, 1,000,000 pods, 10 subnets."""

TYPES = ["m5.large", "m5.2xlarge", "c5.4xlarge", "r5.2xlarge", "m5.8xlarge"]


def large():
    text = 'format = 1\nname = "large"\n'
    for s in range(10):
        text += f'\n[[subnet]]\nname = "subnet-{s}"\ncidr = "10.{s}.0.0/16"\nzone = "{"abc"[s % 3]}"\n'
    for c in range(20):
        text += f'\n[[cluster]]\nname = "cluster-{c}"\n\n[cluster.env]\nWARM_ENI_TARGET = 1\n'
        for g in range(10):
            subnets = ", ".join(f'"subnet-{(g + i) % 10}"' for i in range(3))
            text += f'\n[[cluster.node_group]]\nname = "group-{g}"\ninstance_type = "{TYPES[g % 5]}"\nnodes = 500\n'
            text += f"subnets = [{subnets}]\n"
        for w in range(50):
            text += f'\n[[cluster.workload]]\nname = "workload-{w}"\nreplicas = 1000\ncpu = "{50 + 25 * (w % 13)}m"\n'
            text += f'memory = "{64 + 32 * (w % 17)}Mi"\n'
    return text
