;;; session.el --- A session of a user  -*- lexical-binding: t; -*-

;; Every step says what it waits for.  The mode is the one in `editors/emacs'.

(require 'package)
(package-initialize)
(require 'cl-lib)
(require 'eglot)
(require 'masterchef-mode)

(defvar patience (string-to-number (or (getenv "MC_PATIENCE") "60")))

(defun fail (what &rest arguments)
  (message "FAILED: %s" (apply #'format what arguments))
  (message "  shown: %S" (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
  (kill-emacs 1))

(defun await (what condition)
  (let ((end (+ (float-time) patience)) found)
    (while (not (or (setq found (funcall condition)) (> (float-time) end)))
      (accept-process-output nil 0.01))
    (or found (fail "never happened: %s" what))))

(defun check (what condition)
  (unless condition (fail "%s" what)))

(defun errors ()
  "The errors that are shown, as the editor draws them."
  (flymake-start)
  (cl-remove-if-not (lambda (found) (eq (flymake-diagnostic-type found) 'eglot-error)) (flymake-diagnostics)))

(defun put-cursor (word &optional offset)
  (goto-char (point-min))
  (forward-line 5)
  (check (format "`%s' is in the line" word) (search-forward word (line-end-position) t))
  (goto-char (+ (match-beginning 0) (or offset 0))))

(defun replace (word with)
  (put-cursor word)
  (delete-char (length word))
  (insert with)
  ;; What the editor does when a command has ended.
  (eglot--signal-textDocument/didChange))

(defun line ()
  (save-excursion
    (goto-char (point-min))
    (forward-line 5)
    (buffer-substring-no-properties (point) (line-end-position))))

(defun reached (name line)
  (and (equal (file-name-nondirectory (or buffer-file-name "")) name) (= (line-number-at-pos) line)))

(setq masterchef-server-command (list (getenv "MC_SERVER") "lsp" "--stdio")
      eglot-sync-connect patience
      eglot-connect-timeout patience
      eglot-confirm-server-initiated-edits nil
      flymake-no-changes-timeout nil
      jsonrpc-default-request-timeout patience
      xref-prompt-for-identifier nil
      make-backup-files nil)

(defun session ()
  (find-file (getenv "MC_FILE"))
  (check "the mode" (eq major-mode 'masterchef-mode))
  (check "the project" (equal (file-truename (project-root (project-current)))
                              (file-truename (expand-file-name "../" default-directory))))
  (font-lock-ensure)
  (put-cursor "File")
  (check "the colour of a type" (eq (get-text-property (point) 'face) 'font-lock-type-face))
  (put-cursor "/etc")
  (check "the colour of a string" (eq (get-text-property (point) 'face) 'font-lock-string-face))
  (check "strings end" (not (nth 3 (syntax-ppss (line-end-position)))))
  (indent-region (point-min) (point-max))
  (check "the indentation is that of `mcc fmt'" (not (buffer-modified-p)))
  (apply #'eglot--connect (eglot--guess-contact))
  (await "the server is ready" #'eglot-managed-p)
  (flymake-mode 1)

  (await "a problem appears" (lambda () (= (length (errors)) 1)))
  (let ((found (car (errors))))
    (check "its text" (string-match-p "nothing here is called `wrong`" (flymake-diagnostic-text found)))
    ;; Behind characters of several bytes.
    (check "its place" (equal (buffer-substring-no-properties (flymake-diagnostic-beg found) (flymake-diagnostic-end found))
                              "wrong")))
  (replace " ${wrong}" "")
  (await "the problem vanishes" (lambda () (null (errors))))

  ;; A quick fix, chosen from the menu.
  (replace "site.port" "site.prot")
  (await "a misspelt field" (lambda () (= (length (errors)) 1)))
  (put-cursor "prot" 1)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt actions &rest _)
               (or (cl-find-if (lambda (title) (string-match-p "port" title)) (all-completions "" actions))
                   (fail "the quick fix: %S" actions)))))
    (condition-case problem
        (eglot-code-actions (point) (1+ (point)) "quickfix" t)
      (error (fail "the quick fix: %S" problem))))
  (check "the quick fix" (string-match-p "\\${site\\.port}" (line)))
  (eglot--signal-textDocument/didChange)
  (await "no problem after the quick fix" (lambda () (null (errors))))

  ;; Formatting.
  (let ((formatted (line)))
    (replace "File \"" "File   \"")
    (condition-case problem (eglot-format-buffer) (error (fail "formatting: %S" problem)))
    (check "formatting" (equal (line) formatted))
    (eglot--signal-textDocument/didChange))

  ;; What is under the cursor, as the echo area shows it.
  (put-cursor "site.port" 6)
  (let (found)
    (eglot-hover-eldoc-function (lambda (text &rest _) (when text (setq found text))))
    (await "hover" (lambda () found))
    (check "hover of a field" (and (string-match-p "port: Int" found) (string-match-p "Where it listens\\." found))))

  ;; Completion behind the dot.
  (put-cursor "site.port" 5)
  (let ((fields (condition-case problem (all-completions "" (nth 2 (eglot-completion-at-point)))
                  (error (fail "completion: %S" problem)))))
    (check (format "completion: %S" fields) (and (member "port" fields) (member "name" fields))))

  ;; To a definition in another file, and back.
  (let ((buffer (current-buffer)))
    (put-cursor "site.port" 6)
    (condition-case problem (call-interactively #'xref-find-definitions)
      (error (fail "the definition of a field: %S" problem)))
    (check "the definition of a field" (reached "site.mc" 5))
    (switch-to-buffer buffer)

    ;; A new name for a field, here and where it is declared.
    (put-cursor "site.port" 6)
    (condition-case problem (eglot-rename "listens") (error (fail "the new name: %S" problem)))
    (check "the new name" (string-match-p "\\${site\\.listens}" (line)))
    (with-current-buffer (find-buffer-visiting (expand-file-name "site.mc"))
      (check "the declaration" (string-match-p "^  listens: Int$" (buffer-string)))
      (eglot--signal-textDocument/didChange))
    (eglot--signal-textDocument/didChange)
    (await "all is right after it" (lambda () (null (errors)))))

  ;; The end, as `eglot-shutdown' asks for it; that kills the server right behind its last word, in any case.
  (let* ((server (eglot--current-server-or-lose)) (process (jsonrpc--process server)))
    (setf (eglot--shutdown-requested server) t)
    (condition-case problem (jsonrpc-request server :shutdown nil) (error (fail "the server ends: %S" problem)))
    (jsonrpc-notify server :exit nil)
    (await "the server ends" (lambda () (not (process-live-p process))))
    (check "the server ends well" (= (process-exit-status process) 0)))
  (dolist (buffer (buffer-list)) (with-current-buffer buffer (set-buffer-modified-p nil)))
  (message "all steps passed")
  (kill-emacs 0))

;; An error that no step expects.
(condition-case problem (session) (error (fail "%S" problem)))
