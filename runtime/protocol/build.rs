//! Generates the wire types. `protox` compiles the definitions, so no `protoc` is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FILE: &str = "masterchef/agent/v1/agent.proto";
    println!("cargo::rerun-if-changed=proto");
    let definitions = protox::compile([FILE], ["proto"])?;
    prost_build::Config::new().compile_fds(definitions)?;
    Ok(())
}
