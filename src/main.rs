//! podroom's program: everything it does is in the library, beginning at [`podroom::cli`].

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Why: `Cargo.toml`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    podroom::cli::main()
}
