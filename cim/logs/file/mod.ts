/**
 * The destination FILE: one rotated file for each container, with backups that have a maximum number and age.
 * It follows no link, writes to nothing but regular files in the log folder, and deletes nothing but files of its own
 * pod: backups, and files of containers that have not written for long.
 *
 * @module
 */
export { Backups, type Retention } from "./backups.ts";
export { backupName, backupTime, fileBase, type FileOwner, hashedBase } from "./file_name.ts";
export { FormerFiles, type FormerFilesOptions } from "./former_files.ts";
export { LogFile, type LogFileOptions, type LogFileSettings } from "./log_file.ts";
export { type FileSettings, LogFiles, type LogFilesOptions, type OwnLogFile } from "./log_files.ts";
export { LogFolder, type LogFolderOptions } from "./log_folder.ts";
