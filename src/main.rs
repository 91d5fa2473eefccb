//! podroom's program: everything it does is in the library, beginning at [`podroom::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    podroom::cli::main()
}
