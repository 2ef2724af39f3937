#include "host/expiry.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "host/clock.h"

enum { SUBJECT_SIZE = 65, SERIAL_SIZE = 41, SECONDS_OF_DAY = 86400 };

static void read_serial(const X509 *certificate, char out[SERIAL_SIZE]) {
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    snprintf(out, SERIAL_SIZE, "%s", hex ? hex : "");
    OPENSSL_free(hex);
    BN_free(number);
}

static void tell_one(const X509 *certificate, expiry_tell *tell, void *context) {
    char subject[SUBJECT_SIZE] = "", serial[SERIAL_SIZE];
    int days, seconds;
    if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)) != 1)
        return;
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, subject,
                                    sizeof subject);
    read_serial(certificate, serial);
    tell(context, subject, serial, clock_wall() / 1000 + (int64_t)days * SECONDS_OF_DAY + seconds);
}

void expiry_read(const char *path, expiry_tell *tell, void *context) {
    BIO *file = BIO_new_file(path, "r");
    for (X509 *certificate; file && (certificate = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL;) {
        tell_one(certificate, tell, context);
        X509_free(certificate);
    }
    BIO_free(file);
    ERR_clear_error();
}
