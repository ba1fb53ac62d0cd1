use crate::support::{MAIL, at, deliver, mail, notice, options, store, with_addresses};
use leeward_notify::{IndexRoot, NoticeKind, Notifier, Spool};

#[test]
fn a_message_is_one_whole_file_for_its_owner_alone() {
    let (store, home) = (store(), tempfile::tempdir().unwrap());
    let spool = Spool::new(home.path().join("post/out")).unwrap();
    let directory = spool.directory().to_owned();
    with_addresses(&store, [mail(MAIL)]);
    notice(&store, NoticeKind::FactorAdded);
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options()).unwrap().mail(spool);
    assert_eq!(deliver(&notifier, at(0)).sent, 1);

    let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "no half is left");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.starts_with("To: anna@example.org\nSubject: A message for you\n\nHello,\n"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&files[0])), (0o700, 0o600));
    }
}

#[test]
fn a_directory_that_is_gone_is_tried_again() {
    let (store, home) = (store(), tempfile::tempdir().unwrap());
    let spool = Spool::new(home.path().join("out")).unwrap();
    std::fs::remove_dir(spool.directory()).unwrap();
    with_addresses(&store, [mail(MAIL)]);
    notice(&store, NoticeKind::FactorAdded);
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options()).unwrap().mail(spool);
    assert_eq!(deliver(&notifier, at(0)).to_retry, 1);
}
