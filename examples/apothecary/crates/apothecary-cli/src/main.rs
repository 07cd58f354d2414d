use std::env;
use std::process::ExitCode;

use apothecary_cli::shop::Shop;
use apothecary_cli::{run, CliError};

fn serve() -> Result<String, CliError> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut out = String::new();
    run(&Shop::open()?, &args, &mut out)?;
    Ok(out)
}

fn main() -> ExitCode {
    match serve() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("apothecary: {error}");
            ExitCode::FAILURE
        }
    }
}
