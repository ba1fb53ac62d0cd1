use crate::PostgresError;
use std::future::Future;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::JoinHandle,
};

/// The runtime in which all I/O happens.
pub(crate) struct Home {
    handle: Handle,
    own: Option<Runtime>,
}

impl Home {
    /// The runtime that this is called in, or one with a thread of its own.
    pub(crate) fn find(own_thread: bool) -> Result<Self, PostgresError> {
        let no_runtime = |_| PostgresError::NoRuntime;
        if !own_thread {
            let handle = Handle::try_current().map_err(|_| PostgresError::NoRuntime)?;
            return Ok(Self { handle, own: None });
        }
        let mut builder = Builder::new_multi_thread();
        let own = builder.worker_threads(1).enable_all().thread_name("leeward-postgres").build();
        let own = own.map_err(no_runtime)?;
        Ok(Self { handle: own.handle().clone(), own: Some(own) })
    }

    pub(crate) fn spawn<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.handle.spawn(work)
    }
}

impl Drop for Home {
    /// Without waiting, for it may be one of its own tasks that drops it.
    fn drop(&mut self) {
        if let Some(own) = self.own.take() {
            own.shutdown_background();
        }
    }
}
