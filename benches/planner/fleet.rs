//! A fleet to follow over time.

/// 1,000 nodes with 20,000 pods in three /16 subnets.
pub const PLAN: &str = r#"
format = 1
name = "fleet"
[[subnet]]
name = "a"
cidr = "10.0.0.0/16"
zone = "a"
[[subnet]]
name = "b"
cidr = "10.1.0.0/16"
zone = "b"
[[subnet]]
name = "c"
cidr = "10.2.0.0/16"
zone = "c"
[[cluster]]
name = "main"
manager = "aws-vpc-cni"
[[cluster.node_group]]
name = "workers"
instance_type = "m5.2xlarge"
nodes = 1000
subnets = ["a", "b", "c"]
[[cluster.workload]]
name = "web"
replicas = 12000
cpu = "200m"
memory = "256Mi"
[[cluster.workload]]
name = "api"
replicas = 8000
cpu = "150m"
memory = "512Mi"
[[cluster.workload]]
name = "agent"
daemonset = true
cpu = "50m"
memory = "64Mi"
"#;

/// An hour in which something happens all the time.
pub const BUSY: &str = r#"
format = 1
until = "1h"
[[event]]
at = "1m"
do = "burst"
pods = 500
lives = "50s"
cpu = "50m"
[[event]]
at = "5m"
do = "roll"
[[event]]
at = "20m"
do = "join"
nodes = 100
within = "5m"
[[event]]
at = "30m"
do = "scale"
workload = "web"
replicas = 3000
[[event]]
at = "40m"
do = "scale"
workload = "web"
replicas = 15000
[[event]]
at = "50m"
do = "drain"
nodes = 50
"#;

/// An hour in which nothing happens.
pub const IDLE: &str = "format = 1\nuntil = \"1h\"\n";
