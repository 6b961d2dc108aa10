//! Starting and stopping a sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::channels::ChannelError;
use crate::config::SandboxConfig;
use crate::engine::Engine;
use crate::handle::Handle;
use crate::server;
use crate::state::persist::{self, StateError};
use crate::state::{Credentials, World};

/// The documentation's public sample key [docs non-auth].
pub const SAMPLE_KEY: &str = "imp_apikey";
/// The documentation's public sample secret [docs non-auth].
pub const SAMPLE_SECRET: &str = "ekKoeW8RyKuT0zgaZsUtXXTLQ4AhPFW3ZGseDA6bkA5lamv9OqDMnxyeB9wqOsuO9W3Mx9YSJ4dTqJ3f";

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A channel of the config cannot be built.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Options of a sandbox that is to be started.
#[derive(Clone)]
pub struct Builder {
    listen: SocketAddr,
    credentials: Credentials,
    config: SandboxConfig,
    state_file: Option<PathBuf>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials: Credentials { key: SAMPLE_KEY.to_owned(), secret: SAMPLE_SECRET.to_owned() },
            config: SandboxConfig::default(),
            state_file: None,
        }
    }
}

impl Builder {
    /// The address to listen on; without it a free port of 127.0.0.1.
    #[must_use]
    pub fn listen(self, addr: SocketAddr) -> Self {
        Self { listen: addr, ..self }
    }

    /// The key pair that `getToken` takes; without it the documentation's sample pair.
    #[must_use]
    pub fn credentials(self, imp_key: impl Into<String>, imp_secret: impl Into<String>) -> Self {
        Self { credentials: Credentials { key: imp_key.into(), secret: imp_secret.into() }, ..self }
    }

    /// Channels, webhooks and clock.
    #[must_use]
    pub fn config(self, config: SandboxConfig) -> Self {
        Self { config, ..self }
    }

    /// A file that keeps the books across restarts. It is made when it is not there; one that is
    /// there and cannot be read stops the start and stays as it is.
    #[must_use]
    pub fn state_file(self, path: impl Into<PathBuf>) -> Self {
        Self { state_file: Some(path.into()), ..self }
    }

    /// Starts the sandbox. It must be called within a tokio runtime.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let mut world = World::new(self.config, self.credentials)?;
        if let Some(path) = &self.state_file {
            world.restore(path)?;
            // What could not be kept is better known now than at the end.
            persist::write(path, &world.snapshot()).map_err(|source| StateError::Unwritable { path: path.clone(), source })?;
        }
        let listen_error = |source| StartError::Listen { addr: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(listen_error)?;
        let addr = listener.local_addr().map_err(listen_error)?;
        let engine = Engine::new(world, self.state_file);
        let tasks = vec![
            tokio::spawn(server::serve(listener, Arc::clone(&engine))),
            tokio::spawn(Arc::clone(&engine).tick()),
            tokio::spawn(Arc::clone(&engine).carry()),
            tokio::spawn(Arc::clone(&engine).save_changes()),
        ];
        tracing::info!(%addr, "sandbox started");
        Ok(Sandbox { addr, base_url: format!("http://{addr}"), engine, tasks })
    }
}

/// A running sandbox. Dropping it stops it; [`Sandbox::shutdown`] also saves its state file.
pub struct Sandbox {
    addr: SocketAddr,
    base_url: String,
    engine: Arc<Engine>,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox with everything at its default, on a free port of 127.0.0.1.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Options first.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What stands for `https://api.iamport.kr`, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The control handle.
    pub fn handle(&self) -> Handle {
        Handle { engine: Arc::clone(&self.engine) }
    }

    /// Stops: connections are closed and the state file is written.
    ///
    /// # Errors
    /// The state file cannot be written. The sandbox has stopped all the same.
    pub async fn shutdown(mut self) -> Result<(), StateError> {
        self.engine.let_go();
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await;
        }
        self.engine.save().await
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
